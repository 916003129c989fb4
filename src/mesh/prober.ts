import type { Probe } from "../core/probe.ts";
import { sh } from "../core/shell.ts";
import type { NeededPort } from "./flows.ts";
import { perlCommon } from "./perl-common.ts";
import { type PairReport, readReports } from "./report.ts";

/**
 * Tries one host's way to several others, each in a process of its own. TCP: all ports at once, 3.3 s at most (a SYN
 * may be lost, and the kernel needs 3 s to tell that nobody has the address). UDP: 20 small datagrams 5 ms apart, then the largest that passes whole (no fragments), by halving;
 * the card's own size is tried five times, as a host with much to do may be late to answer once or twice.
 */
const program =
  String.raw`my ($nonce, @targets) = @ARGV;
sub line { syswrite STDOUT, join(" ", @_) . "\n" }
sub tcp { my ($name, $ip, @ports) = @_; my (%wait, %port);
  for my $p (@ports) {
    socket(my $h, PF_INET, SOCK_STREAM, 0) or next;
    fcntl($h, 4, 2048); my $t = us(1);
    connect($h, sockaddr_in($p, $ip)) or $!{EINPROGRESS} or do { line $name, "tcp", $p, 0 + $!, 0; next };
    $wait{fileno $h} = [$h, $p, $t];
  }
  my $end = us(1) + 3300000;
  while (%wait && (my $left = ($end - us(1)) / 1e6) > 0) {
    my $w = ""; vec($w, $_, 1) = 1 for keys %wait;
    select(undef, $w, undef, $left) or last;
    for my $f (keys %wait) { next unless vec($w, $f, 1); my ($h, $p, $t) = @{delete $wait{$f}};
      line $name, "tcp", $p, unpack("i", getsockopt($h, SOL_SOCKET, SO_ERROR)), us(1) - $t }
  }
  line $name, "tcp", $_->[1], 110, 0 for values %wait;
}
sub heard { my ($h, $wait, $on) = @_; my $end = us(1) + $wait; my $s = IO::Select->new($h);
  while ((my $left = $end - us(1)) > 0) { $s->can_read($left / 1e6) or return;
    defined recv($h, my $d, 2048, 0) or return; next unless $d =~ /^\Q$nonce\E (\d+) (\d+) (\d+) /; return if $on->($1, $2, $3) } }
sub udp { my ($name, $ip, $p, $mtu) = @_; my (%sent, @rtt, $best, $offset); my $n = 20;
  socket(my $h, PF_INET, SOCK_DGRAM, 0) or return; setsockopt($h, 0, 10, pack("i", 3)); connect($h, sockaddr_in($p, $ip)) or return;
  my $on = sub { my ($i, $len, $at) = @_; return 0 unless $sent{$i}; my ($mono, $wall) = @{delete $sent{$i}};
    my $rtt = us(1) - $mono; push @rtt, $rtt; ($best, $offset) = ($rtt, $at - $wall - int($rtt / 2)) if !defined $best || $rtt < $best; return @rtt == $n };
  for my $i (1 .. $n) { $sent{$i} = [us(1), us(0)]; send($h, "$nonce $i " . "x" x 40, 0); heard($h, 5000, $on) if $i < $n }
  heard($h, 1000000, $on) if %sent;
  @rtt = sort { $a <=> $b } @rtt; my $got = @rtt;
  line $name, "udp", $p, $n, $got, $got ? ($rtt[0], $rtt[$got / 2], $rtt[-1], $offset) : (0, 0, 0, 0);
  return unless $got;
  my ($i, $wait) = (1000, 200000 + 4 * $rtt[-1]);
  my $fits = sub { my ($size, $tries) = @_; for (1 .. $tries // 2) { my $mine = ++$i; my $d = "$nonce $mine "; $d .= "x" x ($size - 28 - length $d); my $ok = 0;
    defined send($h, $d, 0) or next; heard($h, $wait, sub { $ok = 1 if $_[0] == $mine && $_[1] == $size - 28; $ok }); return 1 if $ok } 0 };
  my ($low, $high) = (0, $mtu);
  if ($fits->($mtu, 5)) { $low = $mtu } else { $low = 576 if $fits->(576);
    while ($low && $high - $low > 1) { my $mid = int(($low + $high) / 2); $fits->($mid) ? ($low = $mid) : ($high = $mid) } }
  line $name, "size", $low, $mtu;
}
my %kids;
for my $t (@targets) {
  my ($name, $host, @ports) = split /,/, $t;
  if (keys %kids >= 32) { delete $kids{wait()} }
  my $pid = fork; if ($pid) { $kids{$pid} = 1; next }
  my $ip = inet_aton($host) or do { line $name, "unnamed", $host; POSIX::_exit(0) };
  my $dot = inet_ntoa($ip); my $route = ` +
  "`ip -4 route get $dot 2>/dev/null`" +
  String.raw`;
  my ($dev) = $route =~ /dev (\S+)/; my ($via) = $route =~ /via (\S+)/; my $mtu = 1500;
  if (defined $dev && open(my $f, "<", "/sys/class/net/$dev/mtu")) { $mtu = 0 + <$f> } $mtu = 9216 if $mtu > 9216;
  line $name, "route", $dot, $dev // "-", $via // "-";
  tcp($name, $ip, map { /^tcp:(\d+)/ } @ports);
  udp($name, $ip, $_, $mtu) for map { /^udp:(\d+)/ } @ports;
  POSIX::_exit(0);
}
1 while wait() > 0;
print "done\n";
`;

/** One host to try, and its ports; `tcp` ports may be those of its own services, such as sshd. */
export interface Target {
  readonly name: string;
  readonly address: string;
  readonly ports: readonly Pick<NeededPort, "protocol" | "port">[];
}

/** Asks a host for its way to the others. Undefined where perl did not come to its end. */
export function proberProbe(targets: readonly Target[], nonce: string): Probe<readonly PairReport[] | undefined> {
  const words = targets.map(({ name, address, ports }) =>
    [name, address, ...ports.map(({ protocol, port }) => `${protocol}:${port}`)].join(","),
  );
  return {
    sh: sh`PATH=$PATH:/usr/sbin:/sbin
perl -MErrno -e ${perlCommon + program} ${nonce} ${words}`,
    parse: ({ stdout }) =>
      readReports(
        stdout,
        targets.map(({ name }) => name),
      ),
  };
}
