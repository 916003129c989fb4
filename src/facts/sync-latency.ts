import type { Probe } from "../core/probe.ts";
import { sh } from "../core/shell.ts";

/** How long the disk under etcd takes to make a small write safe, in ms. */
export interface SyncLatency {
  readonly writes: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly worstMs: number;
}

/**
 * 200 writes of 2300 bytes, as etcd's log makes them, each followed by fdatasync; given up after 3 s. The file has lost its
 * name before the first write, so nothing of it stays, however this ends. perl's base package has no high-resolution clock:
 * clock_gettime and fdatasync are called by their numbers on amd64 and arm64.
 */
const program = String.raw`use strict; use POSIX ();
my $arm = (POSIX::uname())[4] eq "aarch64";
my ($clock, $sync) = $arm ? (113, 83) : (228, 75);
sub now { my $b = "\0" x 16; syscall($clock, 1, $b) == 0 or die; my ($s, $n) = unpack "qq", $b; return $s * 1000 + $n / 1e6 }
my $f = "$ARGV[0]/.drover-sync-$$";
open(my $h, ">", $f) or die; unlink $f; binmode $h; $h->autoflush(1);
my ($end, @took) = (now() + 3000);
while (@took < 200 && now() < $end) {
  my $t = now(); syswrite($h, "x" x 2300) == 2300 or die; syscall($sync, fileno $h) == 0 or die; push @took, now() - $t;
}
@took = sort { $a <=> $b } @took;
printf "%d %.2f %.2f %.2f\n", scalar @took, $took[@took / 2], $took[int(@took * 0.99)], $took[-1];`;

/** Measures where etcd keeps its data: /var/lib/etcd if that is a file system of its own, else /var/lib. */
export const syncLatencyFact: Probe<SyncLatency | undefined> = {
  sh: sh`d=/var/lib; [ "$(findmnt -n -o TARGET -T /var/lib/etcd 2>/dev/null)" != /var/lib/etcd ] || d=/var/lib/etcd
perl -MIO::Handle -e ${program} "$d"`,
  parse: (answer) => {
    const [, writes, median, p99, worst] =
      /^(\d{1,3}) (\d+\.\d\d) (\d+\.\d\d) (\d+\.\d\d)\s*$/.exec(answer.stdout) ?? [];
    if (answer.code !== 0 || writes === undefined || writes === "0") return undefined;
    return { writes: Number(writes), medianMs: Number(median), p99Ms: Number(p99), worstMs: Number(worst) };
  },
};
