import { type Sh, sh } from "../core/shell.ts";
import type { NeededPort } from "./flows.ts";
import { perlCommon } from "./perl-common.ts";

/** What the listener is called on the host, so that another Drover there knows it (the kernel keeps 15 characters). */
export const listenerName = "drover-mesh";

/**
 * Listens on every port at once. A TCP connection is accepted and closed; a UDP datagram is answered if it holds the nonce,
 * with its number, its length and the time here, and never with more than was sent. Ends with its stdin, after a minute in
 * which nothing came there, and in any case after five: so nothing stays when Drover is killed.
 */
const program = String.raw`$0 = "${listenerName}"; my ($nonce, @ports) = @ARGV; my (%tcp, %udp, @said); my $s = IO::Select->new(\*STDIN);
for my $p (@ports) {
  my ($proto, $port) = split /:/, $p; my $h; my $is_tcp = $proto eq "tcp";
  socket($h, PF_INET, $is_tcp ? SOCK_STREAM : SOCK_DGRAM, 0) or next;
  setsockopt($h, SOL_SOCKET, SO_REUSEADDR, 1) if $is_tcp;
  unless (bind($h, sockaddr_in($port, INADDR_ANY)) && (!$is_tcp || listen($h, 128))) { push @said, "$p=taken"; next }
  $s->add($h); ($is_tcp ? $tcp{fileno $h} : $udp{fileno $h}) = $h; push @said, "$p=open";
}
print "listening @said\n";
my ($end, $heard) = (time + 300, time);
while (time < $end && time < $heard + 60) {
  for my $h ($s->can_read(5)) {
    if (fileno $h == 0) { sysread(STDIN, my $b, 4096) or exit 0; $heard = time; next }
    if ($tcp{fileno $h}) { my $c; close $c if accept($c, $h); next }
    my $from = recv($h, my $d, 65535, 0) or next;
    next unless $d =~ /^\Q$nonce\E (\d{1,9}) /;
    send($h, "$nonce $1 " . length($d) . " " . us(0) . " ", 0, $from);
  }
}
`;

/** What the listener's first line begins with. */
export const listeningMark = "listening";

/** The script that listens on a host until its stdin ends. The nonce is 16 hexadecimal characters. */
export function listenerScript(ports: readonly NeededPort[], nonce: string): Sh {
  const words = ports.map(({ protocol, port }) => `${protocol}:${port}`);
  return sh`exec perl -e ${perlCommon + program} ${nonce} ${words}
`;
}

/** Which of its ports the listener could take, as `tcp:6443`; undefined if its first line makes no sense. */
export function readListening(line: string): ReadonlySet<string> | undefined {
  const [mark, ...words] = line.trim().split(/\s+/);
  if (mark !== listeningMark) return undefined;
  return new Set(words.flatMap((word) => (word.endsWith("=open") ? [word.slice(0, -"=open".length)] : [])));
}
