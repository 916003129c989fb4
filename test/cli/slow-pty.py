"""A pseudo-terminal at the end of a slow line: argv is bytes a second, rows, columns and a command of the shell's."""

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time

# So often a few bytes are taken.
PER_SECOND = 20

rate, rows, columns = (int(word) for word in sys.argv[1:4])
child, terminal = pty.fork()
if child == 0:
    os.execv("/bin/sh", ["sh", "-c", sys.argv[4]])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
sources = [terminal, 0]
while True:
    ready, _, _ = select.select(sources, [], [])
    if 0 in ready:
        typed = os.read(0, 1000)
        os.write(terminal, typed)
        if not typed:
            sources.remove(0)
    if terminal in ready:
        try:
            chunk = os.read(terminal, rate // PER_SECOND)
        except OSError:  # The program has ended.
            break
        os.write(1, chunk)
        time.sleep(1 / PER_SECOND)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
