#!/bin/sh
# Installs what this machine lacks to run Duyệt Clip; with "test", what the tests need too.
#
#   deploy/setup.sh          programs and Python packages for `make run` and `make demo`
#   deploy/setup.sh test     also for `make test` and `make lint`
#
# Says nothing and takes a fraction of a second when nothing is missing. pip's own variables
# (PIP_INDEX_URL, PIP_EXTRA_INDEX_URL, PIP_FIND_LINKS …) are honoured.
# Exit status: 0 ready, 1 something failed (the end of the log is shown), 2 wrong use,
# 3 system packages are missing and this account may not install them.
set -eu

MODE=${1:-run}
case $MODE in
run | test) ;;
*)
    echo "usage: deploy/setup.sh [run|test]" >&2
    exit 2
    ;;
esac

cd "$(dirname "$0")/.."
ROOT=$(pwd)
VENV=.venv
LOG=var/log/setup.log
POLICY=/usr/sbin/policy-rc.d
(umask 077 && mkdir -p var/log && chmod 700 var)

# Two `make` at once must not build the same environment twice; flock waits for the first.
if [ -z "${SETUP_LOCKED:-}" ] && command -v flock >/dev/null 2>&1; then
    export SETUP_LOCKED=1
    exec flock var/setup.lock sh "$ROOT/deploy/setup.sh" "$MODE"
fi

say() { # Vietnamese, English
    printf '• %s / %s\n' "$1" "$2"
}

fail() { # Vietnamese, English
    printf '✗ %s / %s\n' "$1" "$2" >&2
    if [ -s "$LOG" ]; then
        printf -- '--- %s ---\n' "$LOG" >&2
        tail -n 15 "$LOG" >&2
    fi
    exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# Debian packages that are not there yet, found by what they bring rather than by name, so that
# a machine with its own ffmpeg or PostgreSQL is left alone.
missing_packages() {
    find_python >/dev/null && "$(find_python)" -c 'import ensurepip, venv' 2>/dev/null ||
        echo python3-venv
    { has ffmpeg && has ffprobe; } || echo ffmpeg
    has redis-server || echo redis-server
    has espeak-ng || echo espeak-ng
    { has setpriv && has flock; } || echo util-linux
    has_font LiberationSerif-Regular.ttf || echo fonts-liberation2
    has_font DejaVuSans.ttf || echo fonts-dejavu-core
    [ "$MODE" = test ] || return 0
    { has chromium || has chromium-browser || has google-chrome; } || echo chromium
    has sox || echo sox
    { has node || has nodejs; } || echo nodejs
    has_postgres || echo postgresql
}

has_font() { [ -n "$(find /usr/share/fonts /usr/local/share/fonts -name "$1" 2>/dev/null)" ]; }

has_postgres() {
    for initdb in /usr/lib/postgresql/*/bin/initdb; do
        [ -x "$initdb" ] && return 0
    done
    return 1
}

find_python() {
    for name in python3 python3.13 python3.12 python3.11; do
        if has "$name" && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            command -v "$name"
            return 0
        fi
    done
    return 1
}

# How to become root: nothing when we are, sudo when it works, else failure.
root_prefix() {
    [ "$(id -u)" -eq 0 ] && return 0
    has sudo || return 1
    if [ -t 0 ]; then
        echo sudo
    else
        sudo -n true 2>/dev/null && echo "sudo -n"
    fi
}

# The packages of Redis and PostgreSQL start servers of their own on well-known ports. Ours are
# private, so the starting is refused while we install and the units are switched off for later.
install_packages() { # prefix, packages
    prefix=$1
    shift
    made_policy=
    if [ ! -e $POLICY ]; then
        printf '#!/bin/sh\nexit 101\n' | $prefix tee $POLICY >/dev/null
        $prefix chmod 755 $POLICY
        made_policy=yes
    fi
    status=0
    {
        $prefix apt-get update &&
            $prefix env DEBIAN_FRONTEND=noninteractive \
                apt-get install -y --no-install-recommends "$@"
    } >>"$LOG" 2>&1 </dev/null || status=$?
    [ -z "$made_policy" ] || $prefix rm -f $POLICY
    if [ $status -eq 0 ] && has systemctl; then
        for unit in redis-server postgresql; do
            case " $* " in
            *" $unit "*) $prefix systemctl disable "$unit" >>"$LOG" 2>&1 || true ;;
            esac
        done
    fi
    return $status
}

system_packages() {
    missing=$(missing_packages | sort -u | tr '\n' ' ')
    missing=${missing% }
    [ -n "$missing" ] || return 0
    if ! has apt-get; then
        echo "✗ Máy này thiếu / This machine lacks: $missing" >&2
        echo "  (tên gói Debian 12 / Debian 12 package names)" >&2
        exit 3
    fi
    if ! prefix=$(root_prefix); then
        echo "✗ Cần quyền quản trị máy. Hãy chạy lệnh sau rồi chạy lại:" >&2
        echo "  Needs an administrator. Run this, then try again:" >&2
        echo "  apt-get update && apt-get install -y --no-install-recommends $missing" >&2
        exit 3
    fi
    say "Đang cài gói hệ thống: $missing" "installing system packages"
    # shellcheck disable=SC2086 # a list of package names
    install_packages "$prefix" $missing ||
        fail "Không cài được gói hệ thống; kiểm tra mạng rồi chạy lại" \
            "system packages could not be installed; check the network and run again"
    left=$(missing_packages | sort -u | tr '\n' ' ')
    [ -z "$left" ] || fail "Vẫn thiếu: $left" "still missing"
}

# Says yes when the settings ask for the speech engine that is an extra.
fast_engine() { [ "${WHISPER_ENGINE:-}" != faster ] || echo yes; }

# What an environment is made from: when this changes, pip runs again.
fingerprint() { # mode
    files=requirements.txt
    [ -z "$(fast_engine)" ] || files="$files requirements-fast.txt"
    [ "$1" = run ] || files="requirements.txt requirements-fast.txt requirements-dev.txt"
    # shellcheck disable=SC2086
    { "$VENV/bin/python" --version && cat $files; } 2>/dev/null | sha256sum | cut -d' ' -f1
}

is_stamped() { # mode
    [ -x "$VENV/bin/python" ] && [ "$(cat "$VENV/stamp-$1" 2>/dev/null)" = "$(fingerprint "$1")" ]
}

python_packages() {
    is_stamped "$MODE" && return 0
    python=$(find_python) || fail "Cần Python 3.11 trở lên" "Python 3.11 or newer is needed"
    if ! "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
        say "Đang tạo môi trường Python" "making the Python environment"
        "$python" -m venv --clear "$VENV" >>"$LOG" 2>&1 ||
            fail "Không tạo được $VENV" "$VENV could not be made"
    fi
    requirements="-r requirements.txt"
    [ -z "$(fast_engine)" ] || requirements="$requirements -r requirements-fast.txt"
    [ "$MODE" = run ] || requirements="-r requirements-dev.txt"
    say "Đang cài thư viện Python (vài phút, lần đầu)" "installing Python packages (minutes, once)"
    if ! has nvidia-smi && [ -z "${PIP_EXTRA_INDEX_URL:-}${PIP_INDEX_URL:-}${PIP_FIND_LINKS:-}" ]; then
        say "Máy không có GPU: docs/dependencies.md chỉ cách bớt 3 GB tải về" \
            "no GPU here: docs/dependencies.md tells how to download 3 GB less"
    fi
    # shellcheck disable=SC2086 # a list of options
    "$VENV/bin/python" -m pip install --disable-pip-version-check --no-input --progress-bar off \
        $requirements >>"$LOG" 2>&1 </dev/null ||
        fail "Không cài được thư viện Python; kiểm tra mạng rồi chạy lại" \
            "Python packages could not be installed; check the network and run again"
    fingerprint run >"$VENV/stamp-run"
    [ "$MODE" = run ] || fingerprint test >"$VENV/stamp-test"
    say "Đã cài xong" "installed"
}

: >"$LOG"
system_packages
python_packages
