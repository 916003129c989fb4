/**
 * Goes on with a question after Ctrl-Z and `fg`: readline pauses its input when the program is continued and leaves it to
 * others to take it up again (Node's documentation of readline, event SIGCONT), and without input Node would just end.
 */
export function goOnAfterSuspension(source: NodeJS.Process): void {
  source.on("SIGCONT", () =>
    // After readline's own listener, which makes the terminal raw again where somebody is asked.
    setImmediate(() => {
      if (source.stdin.isRaw !== true) return;
      source.stdin.resume();
      // Whoever draws has the shell's lines in the picture now.
      source.stdout.emit("resize");
    }),
  );
}
