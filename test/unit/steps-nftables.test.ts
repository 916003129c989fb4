import { describe, expect, it } from "vitest";
import { baseChains, rulesText, withJumps } from "../../src/steps/firewall/nftables-text.ts";

const input = { family: "inet", table: "filter", chain: "input", jump: "drover_ports" };
const forward = { ...input, chain: "forward", jump: "drover_pods" };
const ports = [{ protocol: "tcp", ports: "6443", from: "" }] as const;

/** Files of people, each loaded by nft 1.0.6 and listed back as the same two chains. */
const sameRules: readonly (readonly [name: string, text: string])[] = [
  [
    "of Debian's own kind",
    `#!/usr/sbin/nft -f

flush ruleset

table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		ip saddr { 10.0.0.0/8, 192.168.0.0/16 } tcp dport { 22, 80 } accept
	}
	chain forward {
		type filter hook forward priority filter; policy drop;
	}
	chain output {
		type filter hook output priority filter;
	}
}
`,
  ],
  [
    "made of commands",
    `flush ruleset
add table inet filter
add chain inet filter input { type filter hook input priority 0; policy drop; }
add chain inet filter forward { type filter hook forward priority 0 ; policy drop ; }
add rule inet filter input ct state established,related accept
add rule inet filter input tcp dport 22 accept
`,
  ],
  [
    "on one line",
    "flush ruleset; table inet filter { chain input { type filter hook input priority 0; policy drop; tcp dport 22 accept; }; chain forward { type filter hook forward priority 0; policy drop; }; }",
  ],
  [
    "with sets, comments and lines that go on",
    `define lan = { 10.0.0.0/8 }
table inet filter {
	set guests { type ipv4_addr; flags interval; elements = { 10.9.0.0/16, \\
		10.8.0.0/16 } }
	chain from_lan { # chain input {
		ip saddr $lan tcp dport 22 accept comment "#1 { of two"
	}
	chain input {
		type filter hook input priority 0; policy drop; # the rest
		jump from_lan
	}
	# chain nothing { type filter hook input priority 0; }
	chain forward { type filter \\
		hook forward priority 0; }
}
table inet nat {
	chain prerouting { type nat hook prerouting priority dstnat; }
}
table bridge filter {
	chain input { type filter hook input priority 0; }
}
`,
  ],
];

describe("the filtering chains of nftables.conf", () => {
  it.each(sameRules)("are found in a file %s", (_, text) => {
    expect(baseChains(text)).toEqual([input, forward]);
  });

  it.each(["table filter {", "table ip filter {", "add table filter {"])("are those of IPv4 in a %s", (head) => {
    const text = `${head}\n\tchain input {\n\t\ttype filter hook input priority 0; policy drop;\n\t}\n}\n`;
    expect(baseChains(text)).toEqual([{ ...input, family: "ip" }]);
  });

  it("may be made in a table that has no family in a command either", () => {
    expect(baseChains("add chain filter input { type filter hook input priority 0; }")).toEqual([
      { ...input, family: "ip" },
    ]);
  });

  it("are none in files that are cut or are of something else", () => {
    const [, whole = ""] = sameRules[0] ?? [];
    for (let end = 0; end < whole.indexOf("hook input"); end += 1) expect(baseChains(whole.slice(0, end))).toEqual([]);
    expect(baseChains("}}}};;{{{{ type filter hook input priority 0; }")).toEqual([]);
    expect(baseChains("table inet $(reboot) { chain input { type filter hook input priority 0; } }")).toEqual([]);
  });

  it.each(sameRules)("are asked for our rules by commands that a file %s can end with, and only once", (_, text) => {
    const once = withJumps(text, baseChains(text), "/etc/nftables.drover.conf") ?? "";
    expect(once.startsWith(text.trimEnd())).toBe(true);
    expect(once.match(/^insert rule inet filter (input jump drover_ports|forward jump drover_pods)$/gm)).toHaveLength(
      2,
    );
    expect(withJumps(once, baseChains(once), "/etc/nftables.drover.conf")).toBe(once);
    expect(rulesText(baseChains(once), ports, "10.42.0.0/16")).toBe(rulesText(baseChains(text), ports, "10.42.0.0/16"));
  });
});
