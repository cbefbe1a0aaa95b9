# shellcheck shell=bash
# The self-check of launch/test-hosts: the same weights however the ranks lie on hosts.
# Sourced by launch/test-hosts, whose variables it uses.

self_check() {
  local config="$root/configs/digits-mlp.yaml" passed=0 failed=0 reference records
  records=$(mktemp -d)
  # shellcheck disable=SC2064
  trap "rm -rf '$records'" EXIT
  local line=(train -c "$config" --set train.epochs=2 --set train.shards=8 --out "$records/runs" --hash --progress none)

  # Runs a case: a name, then the command line; its weights' hash must be the reference's.
  check() {
    local name=$1 hash
    shift
    hash=$("$@" "${line[@]}" --set "distributed.reducer=$reducer" 2>"$records/errors" | sed -n '$s/^weights //p') || true
    if [ -n "$hash" ] && [ "${reference:=$hash}" = "$hash" ]; then
      printf 'passed  %-36s %s\n' "$name" "$hash"
      passed=$((passed + 1))
    else
      printf 'FAILED  %-36s %s\n' "$name" "${hash:-no result}"
      sed 's/^/        /' "$records/errors"
      failed=$((failed + 1))
    fi
  }

  local reducer=auto layout
  check "1 process" "$lockstep"
  for layout in "1 1" "2 2" "1 2 3"; do
    for reducer in auto message; do
      check "ranks on hosts: $layout, $reducer" "$root/launch/test-hosts" --limit "$limit" --hosts "$layout" --rate "$rate"
    done
  done
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}
