# shellcheck shell=bash
# Ends every process of this machine that belongs to a supervised job, stopped ones too, and waits until all are gone.
# Sent to a shell's standard input, after a line that sets `mark`: the word that stands in the command line or the
# environment of each of the job's processes, and not of this shell.

members() {
  # A process that has ended but was not waited for has neither.
  grep -lsF -f - /proc/[0-9]*/cmdline /proc/[0-9]*/environ <<<"$mark" | cut -d/ -f3 | sort -u
}

for _ in $(seq 100); do
  pids=$(members)
  [ -n "$pids" ] || exit 0
  # One that has just ended by itself is no error.
  # shellcheck disable=SC2086
  kill -KILL $pids 2>/dev/null
  sleep 0.1
done
echo "processes of the job do not end on $(hostname):" $pids >&2
exit 1
