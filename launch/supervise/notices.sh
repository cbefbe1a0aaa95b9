# shellcheck shell=bash
# What mpirun says on the standard error output, apart from what the ranks say.
# Sourced by launch/supervise.sh.

# mpirun says in a block between dashed lines that the job is coming to its end. It then ends the ranks within seconds,
# unless it waits for a host that is no longer there.
ending_notice='will terminate the job|MPI_ABORT was invoked|exited on signal|exited with non-zero status|exiting improperly'
ending_notice+='|normally, but|reliably start'
patience=20
# What it says in single lines, none of it about the run.
chatter='^mpirun: Forwarding signal|sent help message|orte_base_help_aggregate|plm:rsh: Warning: setpgid'

# Copies the ranks' lines from the standard input to the output, and mpirun's blocks to the file NOTICES.
#
# Where a block tells of the end and none follows, the job's processes are ended from here.
sift() {
  local notices=$1 line part="" block="" inside="" deadline="" state
  trap '' INT TERM HUP
  while :; do
    IFS= read -r -t 1 line
    state=$?
    part+=$line
    if [ "$state" -gt 128 ]; then
      if [ -n "$deadline" ] && [ "$SECONDS" -gt "$deadline" ]; then
        echo "launch/run: mpirun does not end; its processes are killed" >&2
        deadline=""
        end_here
      fi
      continue
    fi
    [ "$state" -eq 0 ] || [ -n "$part" ] || break
    if [[ $part =~ ^-{60,}$ ]]; then
      if [ -n "$inside" ]; then
        printf '%s' "$block" >>"$notices"
        [ -z "${LOCKSTEP_VERBOSE:-}" ] || printf '%s' "$block"
        if [ -z "$deadline" ] && [[ $block =~ $ending_notice ]]; then deadline=$((SECONDS + patience)); fi
        inside=""
      else
        inside=yes
        block=""
      fi
    elif [ -n "$inside" ]; then
      block+=$part$'\n'
    elif ! [[ $part =~ $chatter ]]; then
      printf '%s\n' "$part"
    fi
    part=""
    [ "$state" -eq 0 ] || break
  done
}

# Prints the hosts whose daemons mpirun lost, by the names that it has for them.
lost_daemons() {
  sed -n 's/^ *Remote daemon:.* on node \([^ ]*\) *$/\1/p' "$1"
}

# Prints the number of the rank that a signal ended, or that ended the job by itself; nothing where mpirun names none.
dead_rank() {
  sed -n 's/.*process rank \([0-9][0-9]*\) with PID .* exited on signal.*/\1/p; s/.*MPI_ABORT was invoked on rank \([0-9][0-9]*\) .*/\1/p' \
    "$1" | head -n 1
}
