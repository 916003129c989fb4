/** Something that is wrong with an engine's settings. The path starts at them; the message continues it. */
export interface SettingsComplaint {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What is wrong with the settings of an engine, as the inventory has them under `engine.settings`. Pure, never throws. */
export type JudgeSettings = (settings: Readonly<Record<string, unknown>>) => readonly SettingsComplaint[];

/** RKE has a section of its own, with a key for each of its settings. */
const ofRke: JudgeSettings = (settings) =>
  Object.keys(settings).map((key) => ({ path: [key], message: "is no setting here: those of RKE stand under `rke`" }));

/** All engines, by the name under which the inventory asks for them, each with the judge of its settings. */
export const engineSettings = { rke: ofRke } as const satisfies Readonly<Record<string, JudgeSettings>>;

/** The name of an engine. */
export type EngineName = keyof typeof engineSettings;

/** The engine of an inventory that names none. */
export const usualEngine: EngineName = "rke";
