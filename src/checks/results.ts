import type { Host } from "../core/cluster.ts";
import type { DroverError } from "../core/errors.ts";
import type { Sh } from "../core/shell.ts";
import type { StepId } from "../core/step.ts";
import type { MeshSeen } from "../mesh/seen.ts";
import { factChecks } from "./all-checks.ts";
import type { AnyCheck, CheckId, Described, Finding, Known, Seen, Severity, Situation } from "./check.ts";
import type { CheckFactName, CheckFacts } from "./check-facts.ts";
import { meshChecks, meshFindings } from "./mesh.ts";

/** What came of one check, on the hosts for which it came to the same. */
export interface CheckResult {
  readonly check: CheckId;
  readonly title: string;
  readonly severity: Severity;
  readonly why: string;
  /** `unknown`: the host gave no usable answer to what the check needs. */
  readonly verdict: "ok" | "found" | "unknown";
  /** Empty where it concerns the whole cluster, or this machine. */
  readonly hosts: readonly string[];
  readonly evidence: string;
  readonly fix: string;
  readonly commands: readonly Sh[];
  readonly fixedByUp: StepId | undefined;
}

/** One host that answered. */
export interface HostSeen {
  readonly host: Host;
  readonly facts: CheckFacts;
  readonly asked: { readonly from: number; readonly to: number };
}

/** The check behind a host that could not be asked. */
const loginCheck: Described = {
  id: "access/login",
  title: "Drover can log in and become root",
  severity: "blocking",
  why: "Without a login nothing else can be known of the host.",
};

/** Every check that there is, for lists and for --skip-check. */
export const allChecks: readonly Described[] = [loginCheck, ...factChecks, ...meshChecks];

/** What every check says of these hosts. Pure. */
export function checkHosts(seen: readonly HostSeen[], situation: Situation): readonly CheckResult[] {
  return factChecks.flatMap((check) =>
    check.scope === "host"
      ? seen.flatMap((one) => hostResult(check, one, situation))
      : clusterResults(check, seen, situation),
  );
}

/** What the mesh says. */
export function checkMesh(seen: MeshSeen, situation: Situation): readonly CheckResult[] {
  if (seen.hosts.length < 2) return [];
  const findings = meshFindings(seen, situation);
  return meshChecks.flatMap((check) => {
    const found = findings.get(check.id) ?? [];
    if (found.length === 0)
      return [
        resultOf(
          check,
          "ok",
          seen.hosts.map(({ name }) => name),
          undefined,
        ),
      ];
    return found.map((finding) => resultOf(check, "found", finding.hosts, finding));
  });
}

/** A host that could not be asked, as a finding. */
export function checkLogin(host: Host, failure: DroverError | undefined): CheckResult {
  if (failure === undefined) return resultOf(loginCheck, "ok", [host.name], undefined);
  const evidence = `${failure.code}: ${failure.message}`;
  return resultOf(loginCheck, "found", [host.name], { evidence, fix: failure.remedy });
}

function hostResult(
  check: Extract<AnyCheck, { scope: "host" }>,
  { host, facts }: HostSeen,
  situation: Situation,
): readonly CheckResult[] {
  if (check.appliesTo?.(host, situation) === false) return [];
  if (check.needs.some((name) => facts[name] === undefined)) return [unknownResult(check, [host.name])];
  const finding = check.decide(facts as Known<CheckFactName>, host, situation);
  return [resultOf(check, finding === undefined ? "ok" : "found", [host.name], finding)];
}

function clusterResults(
  check: Extract<AnyCheck, { scope: "cluster" }>,
  seen: readonly HostSeen[],
  situation: Situation,
): readonly CheckResult[] {
  const told = (one: HostSeen): boolean => check.needs.every((name) => one.facts[name] !== undefined);
  const mute = seen.filter((one) => !told(one)).map(({ host }) => host.name);
  const known = seen.filter(told);
  const unknown = mute.length === 0 ? [] : [unknownResult(check, mute)];
  if (known.length === 0) return unknown;
  const findings = check.decide(known as readonly Seen<CheckFactName>[], situation);
  const names = known.map(({ host }) => host.name);
  const results = findings.map((finding) => resultOf(check, "found", finding.hosts, finding));
  return [...(results.length === 0 ? [resultOf(check, "ok", names, undefined)] : results), ...unknown];
}

function unknownResult(check: AnyCheck, hosts: readonly string[]): CheckResult {
  const evidence = `no usable answer about ${check.needs.join(" or ")}`;
  return resultOf(check, "unknown", hosts, { evidence, fix: "Log in and see whether the host is healthy." });
}

function resultOf(
  { id, title, severity, why, fixedByUp }: Described,
  verdict: CheckResult["verdict"],
  hosts: readonly string[],
  finding: Finding | undefined,
): CheckResult {
  return {
    check: id,
    title,
    severity,
    why,
    verdict,
    hosts,
    evidence: finding?.evidence ?? "",
    fix: finding?.fix ?? "",
    commands: finding?.commands ?? [],
    fixedByUp: fixedByUp ?? finding?.fixedByUp,
  };
}

/** Whether a finding needs a person: it is one, and `up` will not put it right by itself. */
export function needsAttention({ verdict, fixedByUp }: CheckResult): boolean {
  return verdict === "found" && fixedByUp === undefined;
}

/** The findings that keep `up` from beginning. */
export function blocking(results: readonly CheckResult[]): readonly CheckResult[] {
  return results.filter((result) => needsAttention(result) && result.severity === "blocking");
}
