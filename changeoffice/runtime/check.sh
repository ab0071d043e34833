#!/usr/bin/env bash
# `make check`: runs every check, then fails if one did.
set -uo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/.venv/bin:$PATH" DEVELOPMENT=1
failed=()

run() {
    local name=$1
    shift
    if output=$("$@" 2>&1); then
        echo "ok      $name"
    else
        echo "FAILED  $name"
        echo "$output" | sed 's/^/        /'
        failed+=("$name")
    fi
}

# Production's settings as an example; the secret is used for nothing.
production() {
    env -u DEMO -u DEVELOPMENT -u DEBUG \
        SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(60))')" \
        ALLOWED_HOSTS=office.example SITE_URL=https://office.example \
        EMAIL_URL=smtp+tls://office:password@mail.example:587 \
        DATABASE_URL=postgres://office:password@database.example/office \
        REDIS_URL=redis://queue.example:6379/0 \
        "$@"
}

packages=()
for folder in changeoffice ideation demand portfolio practices; do
    [ -d "$folder" ] && packages+=("$folder")
done

run "lint" ruff check .
run "format" ruff format --check .
run "types" mypy "${packages[@]}"
run "import contracts" lint-imports --no-cache
run "settings for production" production python manage.py check --deploy --fail-level WARNING
run "missing migrations" python manage.py makemigrations --check --dry-run
run "templates" djlint templates --lint --quiet

if [ ${#failed[@]} -gt 0 ]; then
    echo "make check failed: ${failed[*]}"
    exit 1
fi
