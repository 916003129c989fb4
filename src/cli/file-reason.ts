const reasons: Readonly<Record<string, string>> = {
  EACCES: "you have no right to",
  EISDIR: "it is a folder",
  ELOOP: "it is a link to itself",
  ENOENT: "there is no such file or folder",
  ENOSPC: "the disk is full",
  ENOTDIR: "it lies below a file",
  EPERM: "you have no right to",
  EROFS: "the file system is read-only",
};

/** Why a file of this machine cannot be read or written, in words after "cannot be read: ". */
export function fileReason(cause: unknown): string {
  const known = cause instanceof Error && "code" in cause ? reasons[String(cause.code)] : undefined;
  return known ?? (cause instanceof Error ? cause.message : String(cause));
}
