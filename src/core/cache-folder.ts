/** The variables of the environment that say where caches are. */
export interface CacheEnvironment {
  readonly DROVER_CACHE?: string | undefined;
  /** Where caches of all programs are, if it is an absolute path (XDG Base Directory Specification). */
  readonly XDG_CACHE_HOME?: string | undefined;
}

/** Where Drover keeps what it can do without: programs, its own compiled code, the parts of practice hosts. `home` is the operator's. */
export function cacheFolder({ DROVER_CACHE: own, XDG_CACHE_HOME: given }: CacheEnvironment, home: string): string {
  const caches = given?.startsWith("/") ? given.replace(/\/+$/, "") : `${home}/.cache`;
  return own ?? `${caches}/drover`;
}
