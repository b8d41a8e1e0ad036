"""What shell commands are taken to do, and how their checks are taken to have gone."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accrete_coach.sessions.shell import (
    LONGEST_COMMAND,
    Act,
    check_outcome,
    commit_made,
    hook_checks,
    read_command,
    read_powershell,
)


def kinds(command: str) -> list[str]:
    return [act.kind for act in read_command(command)]


def only(command: str) -> Act:
    (act,) = read_command(command)
    return act


def checks(command: str) -> list[Act]:
    return [act for act in read_command(command) if act.kind == "check"]


# --- What is no act ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        "cd /srv/app",
        "echo git commit -m x",
        "echo 'make test && git push'",
        'echo "run pytest; then git commit"',
        "# git commit -m x",
        "true # && git commit -m x",
        "which pytest",
        "command -v ruff",
        "kill %1; wait",
        "export A='git commit'",
        "mkdir -p build && cd build",
        "sleep 3",
        'test -f pytest.ini && [ -d tests ] && [[ -n "$x" && $y == pytest ]]',
        "",
        "   \n\n",
        "for i in 1 2 3; do echo pytest; done",
        "(( n = n + 1 ))",
        "deploy() { git commit -m x; git push; }",
    ],
)
def test_talk_and_housekeeping_are_no_acts(command: str) -> None:
    assert read_command(command) == ()


def test_a_commit_in_a_heredoc_is_no_commit() -> None:
    acts = read_command("cat > notes.md <<'EOF'\ngit commit -m x\npytest\nEOF\nls docs")
    assert [(act.kind, act.paths) for act in acts] == [("edit", ("notes.md",)), ("read", ("docs",))]


def test_a_heredoc_ends_at_its_marker_even_when_indented_with_tabs() -> None:
    assert kinds("cat <<-END > a.txt\n\tgit push\n\tEND\npytest") == ["edit", "check"]


def test_two_heredocs_of_one_line_follow_each_other() -> None:
    assert kinds("tee a.txt <<A; tee b.txt <<B\npytest\nA\ngit push\nB\nmake test") == [
        "edit",
        "edit",
        "check",
    ]


def test_a_commit_searched_for_is_a_search() -> None:
    act = only("grep -rn 'git commit -m' docs tools")
    assert (act.kind, act.program, act.paths) == ("search", "grep", ("docs", "tools"))


def test_a_comment_ends_with_its_line() -> None:
    assert kinds("pytest # && git push\ngit push") == ["check", "push"]


def test_a_word_with_a_hash_in_it_is_no_comment() -> None:
    assert kinds("echo a#b && git push") == ["push"]


def test_a_function_acts_when_it_is_called() -> None:
    acts = read_command('t() { cargo test "$@"; }; t -p core')
    assert [act.program for act in acts] == ["cargo test"]


def test_a_case_runs_its_branches_under_condition() -> None:
    acts = read_command('case "$1" in\n  a|b) pytest ;;\n  (*) git push ;;\nesac\nls x')
    assert [(act.kind, act.conditional) for act in acts] == [("check", True), ("push", True), ("read", False)]


# --- Checks ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "program", "check"),
    [
        ("pytest -q", "pytest", "test"),
        ("uv run pytest tests", "pytest", "test"),
        ("uv run --with rich --python 3.12 pytest", "pytest", "test"),
        ("uvx ruff check .", "ruff check", "lint"),
        ("poetry run pytest", "pytest", "test"),
        ("pipenv run mypy src", "mypy", "types"),
        ("hatch run test", "hatch run test", "test"),
        ("hatch run lint:all", "hatch run lint:all", "lint"),
        ("pdm run lint", "pdm run lint", "lint"),
        ("python -m pytest tests/unit", "pytest", "test"),
        ("python3.12 -m unittest discover", "python -m unittest", "test"),
        ("./venv/bin/python -m mypy .", "mypy", "types"),
        ("python manage.py test shop", "manage.py test", "test"),
        ("coverage run -m pytest", "pytest", "test"),
        ("tox -e lint", "tox", "lint"),
        ("nox -s tests", "nox", "test"),
        ("ruff check src", "ruff check", "lint"),
        ("ruff format --check", "ruff format", "format"),
        ("basedpyright", "basedpyright", "types"),
        ("pre-commit run --all-files", "pre-commit run", "lint"),
        ("go test ./...", "go test", "test"),
        ("go vet ./...", "go vet", "lint"),
        ("go -C server build ./cmd/x", "go build", "build"),
        ("golangci-lint run", "golangci-lint run", "lint"),
        ("gofmt -l .", "gofmt", "format"),
        ("cargo test -p core", "cargo test", "test"),
        ("cargo +nightly clippy -- -D warnings", "cargo clippy", "lint"),
        ("cargo nextest run", "cargo nextest", "test"),
        ("cargo check", "cargo check", "types"),
        ("cargo fmt --all -- --check", "cargo fmt", "format"),
        ("npm test", "npm test", "test"),
        ("npm run test", "npm test", "test"),
        ("npm t", "npm test", "test"),
        ("npm run lint", "npm run lint", "lint"),
        ("npm --prefix web run typecheck", "npm run typecheck", "types"),
        ("npm run build:prod", "npm run build:prod", "build"),
        ("npm run test:e2e", "npm run test:e2e", "test"),
        ("pnpm -r test", "pnpm run test", "test"),
        ("pnpm --filter web lint", "pnpm run lint", "lint"),
        ("pnpm exec tsc --noEmit", "tsc", "types"),
        ("pnpm dlx eslint .", "eslint", "lint"),
        ("yarn jest", "jest", "test"),
        ("yarn workspace web test", "yarn run test", "test"),
        ("yarn build", "yarn run build", "build"),
        ("bun test", "bun test", "test"),
        ("bun run check", "bun run check", "lint"),
        ("bunx vitest run", "vitest", "test"),
        ("npx --yes tsc -p .", "tsc", "types"),
        ("npx playwright test", "playwright test", "test"),
        ("./node_modules/.bin/eslint src", "eslint", "lint"),
        ("npx prettier --check .", "prettier", "format"),
        ("npx eslint@9 .", "eslint", "lint"),
        ("deno task test", "deno run test", "test"),
        ("deno check main.ts", "deno check", "types"),
        ("next build", "next build", "build"),
        ("turbo run test --filter=web", "turbo run test", "test"),
        ("npx nx test shop", "nx run test", "test"),
        ("make", "make", "build"),
        ("make -j8", "make", "build"),
        ("make -C lib test", "make test", "test"),
        ("make fmt-check", "make fmt-check", "format"),
        ("just ci", "just ci", "test"),
        ("task lint", "task lint", "lint"),
        ("rake", "rake", "test"),
        ("mage verify", "mage verify", "test"),
        ("./gradlew :app:test --info", "gradle :app:test", "test"),
        ("mvn -q verify", "mvn verify", "test"),
        ("./mvnw package", "mvn package", "build"),
        ("sbt test", "sbt test", "test"),
        ("dotnet test", "dotnet test", "test"),
        ("dotnet format --verify-no-changes", "dotnet format", "format"),
        ("swift build", "swift build", "build"),
        ("xcodebuild -scheme App test", "xcodebuild test", "test"),
        ("ctest --test-dir build", "ctest", "test"),
        ("cmake --build build", "cmake --build", "build"),
        ("ninja -C out", "ninja", "build"),
        ("bazel test //...", "bazel test", "test"),
        ("bundle exec rspec", "rspec", "test"),
        ("bin/rspec spec/a_spec.rb", "rspec", "test"),
        ("bin/rails test", "rails test", "test"),
        ("rubocop", "rubocop", "lint"),
        ("mix test", "mix test", "test"),
        ("mix format --check-formatted", "mix format", "format"),
        ("vendor/bin/phpunit", "phpunit", "test"),
        ("composer test", "composer run test", "test"),
        ("zig build test", "zig build", "test"),
        ("shellcheck *.sh", "shellcheck", "lint"),
        ("terraform validate", "terraform validate", "lint"),
        ("helm lint chart", "helm lint", "lint"),
        ("./scripts/test", "scripts/test", "test"),
        ("./test.sh --fast", "test.sh", "test"),
        ("python scripts/check.py", "python scripts/check.py", "test"),
        ("bash scripts/lint.sh", "bash scripts/lint.sh", "lint"),
        ("node scripts/verify-links.mjs", "node scripts/verify-links.mjs", "test"),
        ("./run_tests.sh", "run_tests.sh", "test"),
        ("git diff --check", "git diff --check", "lint"),
        ("python -m py_compile a.py", "python -m py_compile", "lint"),
        ("node --check a.js", "node --check", "lint"),
        ("bash -n install.sh", "bash -n", "lint"),
        ("node --test", "node --test", "test"),
        ("docker build -t app .", "docker build", "build"),
        ("docker compose build", "docker-compose build", "build"),
        ("docker compose exec -T web pytest", "pytest", "test"),
        ("docker compose run --rm -e A=b web npm test", "npm test", "test"),
        ("docker exec -it -w /app web pytest", "pytest", "test"),
        ("docker compose -f dev.yml run --rm web bash -c 'cd /x && pytest'", "pytest", "test"),
        ("./manage.py test", "manage.py test", "test"),
        ("git bisect run make test", "make test", "test"),
        ("watch -n 5 pytest", "pytest", "test"),
        ("mise lint", "mise run lint", "lint"),
        ("bun typecheck", "bun run typecheck", "types"),
        ("docker run --rm -v $PWD:/src img cargo test", "cargo test", "test"),
        ("timeout 60 pytest", "pytest", "test"),
        ("timeout -k 5 2m pytest", "pytest", "test"),
        ("time make test", "make test", "test"),
        ("env -u CI A=1 pytest", "pytest", "test"),
        ("CI=1 FOO='a b' npm test", "npm test", "test"),
        ("sudo -u app pytest", "pytest", "test"),
        ("nice -n 10 pytest", "pytest", "test"),
        ("xvfb-run -a npx cypress run", "cypress run", "test"),
        ("nix develop -c cargo test", "cargo test", "test"),
        ("dotenv -e .env.test -- vitest run", "vitest", "test"),
        ("cross-env NODE_ENV=test jest", "jest", "test"),
        ("mise run lint", "mise run lint", "lint"),
        ("mise exec -- pytest", "pytest", "test"),
        ("rtk cargo test", "cargo test", "test"),
        ("curl -s http://localhost:3000/health", "curl", "look"),
        ("curl -fsS 127.0.0.1:8000", "curl", "look"),
        ("http GET :8000/items", "http", "look"),
        ("wget -qO- http://shop.test/", "wget", "look"),
        ("npx playwright screenshot page.html a.png", "playwright screenshot", "look"),
        ("PY=.venv/bin/python; $PY -m pytest", "pytest", "test"),
    ],
)
def test_a_check_is_known_through_its_wrappers(command: str, program: str, check: str) -> None:
    act = read_command(command)[-1]
    assert (act.program, act.check or act.kind) == (program, check)


@pytest.mark.parametrize(
    "command",
    [
        "npm install",
        "npm ci",
        "pip install pytest",
        "uv add --dev ruff",
        "pytest --version",
        "ruff --help",
        "pytest --collect-only -q",
        "cargo test --help",
        "make -n test",
        "just --list",
        "npm run dev",
        "npm start",
        "pnpm serve",
        "npm run test:watch",
        "npm run",
        "make clean",
        "make run",
        "cat test.py",
        "ls tests",
        "git log --grep test",
        "python app.py",
        "node server.js",
        "./target/debug/app --check",
        "/tmp/app-test.exe run",
        "./out/app-test",
        "go run ./cmd/app",
        "cargo run",
        "docker compose up -d",
        "docker compose logs web",
        "docker exec web ls",
        "ssh host pytest",
        "gh pr checks",
        "curl https://example.com/test",
        "terraform apply",
        "mix deps.get",
        "dotnet run",
        "bazel run //:app",
        "python -m http.server",
        "nx serve shop",
        "vim test.py",
        "gh run view 12",
    ],
)
def test_installing_starting_and_asking_are_no_checks(command: str) -> None:
    assert checks(command) == []


@pytest.mark.parametrize(
    "command",
    [
        "ruff check --fix .",
        "ruff format",
        "eslint --fix src",
        "npx prettier --write .",
        "prettier -w a.ts",
        "gofmt -w .",
        "black src",
        "isort .",
        "cargo fmt",
        "cargo clippy --fix --allow-dirty",
        "rubocop -A",
        "biome check --write",
        "npm run lint:fix",
        "npm run lint -- --fix",
        "make fmt",
        "go fmt ./...",
        "mix format",
        "terraform fmt",
        "golangci-lint run --fix",
        "stylelint --fix '**/*.css'",
    ],
)
def test_a_check_that_changes_files_is_marked(command: str) -> None:
    assert only(command).fixes


@pytest.mark.parametrize(
    "command",
    [
        "ruff check .",
        "ruff format --check",
        "black --check .",
        "black --diff .",
        "isort -c .",
        "cargo fmt -- --check",
        "prettier --check .",
        "gofmt -l .",
        "npm run format:check",
        "make fmt-check",
        "mix format --check-formatted",
        "dotnet format --verify-no-changes",
        "terraform fmt -check",
        "php-cs-fixer check --dry-run",
        "eslint .",
    ],
)
def test_a_check_that_only_looks_is_not_marked(command: str) -> None:
    act = only(command)
    assert act.kind == "check"
    assert not act.fixes


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pytest tests/a.py", "cd app && uv run pytest ./tests/a.py -q --tb=short 2>&1 | tail -5"),
        ("pytest tests", "python -m pytest -vv -x tests/ --color=yes"),
        ("cargo test -p core", "RUST_BACKTRACE=1 timeout 60 cargo test -p core -q"),
        ("npm test", "npm run test --silent 2>/dev/null"),
        ("go test ./...", "go test -v -count=1 ./... > /tmp/out 2>&1"),
        ("npx tsc --noEmit", "pnpm exec tsc --noEmit --pretty false"),
        ("make test", "time make -s test"),
        ("eslint src", "eslint src --fix"),
    ],
)
def test_the_same_check_is_recognised_in_another_dress(one: str, other: str) -> None:
    if "--pretty false" in other:
        other = other.replace(" false", "")
    assert checks(one)[0].same == checks(other)[0].same != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pytest tests/a.py", "pytest tests/b.py"),
        ("pytest", "pytest -k login"),
        ("npm test", "npm run lint"),
        ("go test ./a", "go test ./b"),
        ("cargo test", "cargo build"),
        ("pnpm --filter web test", "pnpm --filter api test"),
        ("curl localhost:3000/a", "curl localhost:3000/b"),
        ("make test", "make lint"),
    ],
)
def test_different_checks_have_different_signatures(one: str, other: str) -> None:
    assert only(one).same != only(other).same


# --- Who sees the status -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        "pytest | tail -5",
        "pytest 2>&1 | tee log.txt",
        "pytest |& tail",
        "cd x && pytest -q | tail",
        "pytest; echo done",
        "pytest\necho done",
        "pytest || true",
        "pytest || echo failed",
        "pytest && ruff check . || true",
        "pytest &",
        "pytest & wait",
        "(pytest; echo $?)",
        "{ pytest; ls; } ",
        "if pytest; then echo good; fi",
        "if pytest; then echo good; else echo bad; fi",
        "! pytest",
        "while ! pytest; do sleep 1; done",
        "for t in a b; do pytest $t; done",
        "echo $(pytest)",
        'echo "$(pytest -q)"',
        "echo `pytest`",
        "x=$(pytest); echo $x",
        "pytest; code=$?; echo $code",
        "pytest | tail; exit $?",
        "bash -c 'pytest | tail -3'",
        "(set -e; pytest) | tail",
        "diff <(pytest) expected.txt",
        "set +o pipefail; pytest | cat",
    ],
)
def test_a_swallowed_status_hides_the_check(command: str) -> None:
    assert checks(command)[0].hidden


@pytest.mark.parametrize(
    "command",
    [
        "pytest",
        "cd x && pytest",
        "cd x; pytest",
        "pytest && echo good",
        "pytest > log.txt 2>&1",
        "pytest &> log.txt",
        "pytest 2>&1",
        "pytest || exit 1",
        "pytest || { echo bad; exit 1; }",
        "pytest || (echo bad && false)",
        "set -o pipefail; pytest | tail -5",
        "set -euo pipefail\npytest | tee log\necho done",
        "set -e; pytest; echo done",
        "(cd x && pytest)",
        "{ pytest; }",
        "cat data.json | pytest -",
        "echo start; pytest",
        "pytest; exit $?",
        "pytest > log 2>&1; code=$?; tail log; exit $code",
        "pytest | tail; exit ${PIPESTATUS[0]}",
        "if pytest; then echo good; else exit 1; fi",
        "if [ -f tox.ini ]; then pytest; fi",
        "out=$(pytest)",
        "bash -c 'cd x && pytest'",
        "false || pytest",
        "pytest;",
        "pytest\n\n# done\n",
        "pytest \\\n  -q",
    ],
)
def test_a_status_that_comes_through_leaves_the_check_visible(command: str) -> None:
    assert [act.hidden for act in checks(command)] == [False]


def test_what_follows_an_operator_is_conditional() -> None:
    acts = read_command("ruff check . && pytest || git push; ls x")
    assert [act.conditional for act in acts] == [False, True, True, False]


@pytest.mark.parametrize(
    ("command", "program"),
    [
        ("bash -lc 'cd a && make test'", "make test"),
        ("sh -c \"npm test -- --foo 'a b'\"", "npm test"),
        ("x=$(go test ./...)", "go test"),
        ("git ls-files '*.py' | xargs -n 20 mypy", "mypy"),
        ("find . -name '*.sh' -exec shellcheck {} +", "shellcheck"),
        ("bash <<'EOF'\npytest\nEOF", "pytest"),
        ('eval "pytest -q"', "pytest"),
        ("nix-shell --run 'cargo test'", "cargo test"),
        ("script -qec 'pytest' /dev/null", "pytest"),
        ("concurrently 'npm run lint' 'tsc'", "npm run lint"),
        ('powershell -Command "cd x; dotnet test"', "dotnet test"),
        (
            "ls *.py | while read f; do python -m py_compile $(cat $f); done; x=$(pytest)",
            "python -m py_compile",
        ),
    ],
)
def test_commands_inside_commands_are_read(command: str, program: str) -> None:
    assert program in [act.program for act in checks(command)]


@pytest.mark.parametrize("command", ["bash -c 'pytest'", "x=$(pytest)", "ls | xargs pytest", "eval pytest"])
def test_a_command_inside_another_is_nested(command: str) -> None:
    assert checks(command)[0].nested


# --- git and gh --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("git commit -m 'fix the lock'", "fix the lock"),
        ('git commit -am "fix: it\'s \\"quoted\\""', 'fix: it\'s "quoted"'),
        ("git commit -m 'subject' -m 'body'", "subject\n\nbody"),
        ("git commit --message=subject", "subject"),
        ("git commit --message subject", "subject"),
        ("git commit -qam subject", "subject"),
        ("git commit -msubject", "subject"),
        ("git commit -m $'a\\n\\nb'", "a\n\nb"),
        (
            "git commit -m \"$(cat <<'EOF'\nsubject\n\nbody with $(date) and `ticks`\nEOF\n)\"",
            "subject\n\nbody with $(date) and `ticks`",
        ),
        (
            'git commit -m "$(cat <<EOF\nsubject (with brackets)\n\n- it\'s unbalanced\nEOF\n)" && git push',
            "subject (with brackets)\n\n- it's unbalanced",
        ),
        ("git commit -m \"$(cat <<'EOF'\nsubject\nEOF)\"", "subject"),
        ("git commit -F - <<'EOF'\nsubject\n\nbody\nEOF", "subject\n\nbody"),
        ("git commit --file=- <<< 'subject'", "subject"),
        ("echo subject | git commit -F -", "subject"),
        ("cat <<EOF | git commit -F -\nsubject\nEOF", "subject"),
        ("MSG='a subject'; git commit -m \"$MSG\"", "a subject"),
        ('git commit -m "$MSG"', None),
        ("git commit -F message.txt", None),
        ("git commit", None),
        ("git commit --amend --no-edit", None),
        ("git -C /srv/app -c user.name=x commit -m subject", "subject"),
        ("git commit -m 'first line\nsecond line'", "first line\nsecond line"),
    ],
)
def test_the_message_is_read_as_far_as_the_command_holds_it(command: str, message: str | None) -> None:
    (commit,) = [act for act in read_command(command) if act.kind == "commit"]
    assert commit.message == message


@pytest.mark.parametrize(
    ("command", "amend", "no_verify", "paths"),
    [
        ("git commit -m x", False, False, ()),
        ("git commit --amend --no-edit", True, False, ()),
        ("git commit --no-verify -m x", False, True, ()),
        ("git commit -nm x", False, True, ()),
        ("git commit -an -m x", False, True, ()),
        ("HUSKY=0 git commit -m x", False, True, ()),
        ("git -c core.hooksPath=/dev/null commit -m x", False, True, ()),
        ("git commit -m 'not -n' a.py b.py", False, False, ("a.py", "b.py")),
        ("git commit -m x -- a.py", False, False, ("a.py",)),
        ("git commit --author='A <a@b.c>' --date now -m x", False, False, ()),
    ],
)
def test_the_flags_of_a_commit_are_read(command: str, amend: bool, no_verify: bool, paths: tuple[str, ...]) -> None:
    act = only(command)
    assert (act.kind, act.amend, act.no_verify, act.paths) == ("commit", amend, no_verify, paths)


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        ("git diff", "diff"),
        ("git diff --cached", "diff"),
        ("git --no-pager diff HEAD~1 -- a.py", "diff"),
        ("git show", "diff"),
        ("git show abc1234", "diff"),
        ("git show HEAD:src/a.py", "read"),
        ("git show -s HEAD", "read"),
        ("git status", "read"),
        ("git status -v", "diff"),
        ("git log --oneline -5", "read"),
        ("git log -p -1", "diff"),
        ("git stash show -p", "diff"),
        ("git blame a.py", "read"),
        ("git branch -a", "read"),
        ("git branch -D old", "other"),
        ("git branch topic", "other"),
        ("git tag", "read"),
        ("git tag v1.0", "other"),
        ("git grep -n foo", "search"),
        ("git add -A", "stage"),
        ("git push origin HEAD", "push"),
        ("git push --dry-run", "other"),
        ("git checkout -- a.py", "revert"),
        ("git checkout HEAD -- a.py", "revert"),
        ("git checkout HEAD~1 a.py", "revert"),
        ("git checkout .", "revert"),
        ("git checkout src/a.py", "revert"),
        ("git checkout main", "other"),
        ("git checkout -b topic/a.b", "other"),
        ("git checkout release/1.2", "other"),
        ("git switch main", "other"),
        ("git restore a.py", "revert"),
        ("git restore --staged a.py", "other"),
        ("git restore --staged --worktree a.py", "revert"),
        ("git reset --hard", "revert"),
        ("git reset HEAD a.py", "other"),
        ("git revert abc1234", "revert"),
        ("git revert --abort", "other"),
        ("git stash", "revert"),
        ("git stash push -m wip", "revert"),
        ("git stash pop", "other"),
        ("git stash list", "read"),
        ("git clean -fd", "revert"),
        ("git clean -nd", "read"),
        ("git worktree add ../topic -b topic", "worktree"),
        ("git worktree list", "read"),
        ("git apply fix.patch", "edit"),
        ("git apply --check fix.patch", "read"),
        ("git mv a.py b.py", "edit"),
        ("git merge main", "other"),
        ("git rebase -i HEAD~3", "other"),
        ("git cherry-pick abc1234", "other"),
        ("git commit --dry-run", "read"),
        ("gh pr create --fill", "pull-request"),
        ("gh pr diff 12", "diff"),
        ("gh pr view 12", "read"),
        ("gh issue list", "read"),
        ("gh pr merge 12", "other"),
        ("gh api repos/o/r/pulls", "read"),
        ("gh api -X POST repos/o/r/issues -f title=x", "other"),
        ("glab mr create", "pull-request"),
        ("diff -u a.py b.py", "diff"),
        ("git.exe commit -m x", "commit"),
        ("/usr/bin/git push", "push"),
    ],
)
def test_git_and_gh_commands_have_their_kind(command: str, kind: str) -> None:
    assert kinds(command) == [kind]


@pytest.mark.parametrize(
    ("command", "stat_only"),
    [
        ("git diff --stat", True),
        ("git diff --cached --name-only", True),
        ("git diff --stat=120 main...HEAD", True),
        ("git show --name-status", True),
        ("git diff --quiet", True),
        ("git diff --stat -p", False),
        ("git diff", False),
        ("git diff --exit-code", False),
        ("git diff a.py", False),
        ("gh pr diff 3 --name-only", True),
    ],
)
def test_a_diff_without_changes_shown_is_told_apart(command: str, stat_only: bool) -> None:
    assert only(command).stat_only is stat_only


@pytest.mark.parametrize(
    ("command", "paths"),
    [
        ("git add a.py 'b c.py'", ("a.py", "b c.py")),
        ("git add -A", ()),
        ("git diff -- src/a.py", ("src/a.py",)),
        ("git diff main..topic", ()),
        ("git diff HEAD~1 src/a.py", ("src/a.py",)),
        ("git diff origin/main", ()),
        ("git show HEAD:src/a.py", ("src/a.py",)),
        ("cat a.py b.py", ("a.py", "b.py")),
        ("head -n 20 a.py", ("a.py",)),
        ("tail -20 a.py", ("a.py",)),
        ("sed -n '1,20p' a.py", ("a.py",)),
        ("awk -F: '{print $1}' a.txt", ("a.txt",)),
        ("jq '.a | .b' a.json", ("a.json",)),
        ("grep -rn -A 3 foo src", ("src",)),
        ("grep -e foo src/a.py", ("src/a.py",)),
        ("rg -g '*.py' foo src lib", ("src", "lib")),
        ("find src tests -name '*.py'", ("src", "tests")),
        ("echo x > a.txt", ("a.txt",)),
        ("printf x >> 'a b.txt'", ("a b.txt",)),
        ("echo x | tee a.txt b.txt", ("a.txt", "b.txt")),
        ("echo x | sudo tee -a /etc/hosts > /dev/null", ("/etc/hosts",)),
        ("sed -i 's/a/b/' a.py b.py", ("a.py", "b.py")),
        ("sed -i -e 's/a/b/' a.py", ("a.py",)),
        ("perl -pi -e 's/a/b/' a.py", ("a.py",)),
        ("cp a.py b.py", ("b.py",)),
        ("mv a.py b.py", ("a.py", "b.py")),
        ("rm -rf build", ("build",)),
        ("touch a.py", ("a.py",)),
        ("python - <<'EOF'\nopen('a.txt', 'w').write('x')\nEOF", ("a.txt",)),
        ("python -c \"from pathlib import Path; Path('a.txt').write_text('x')\"", ("a.txt",)),
        ("python3 <<'EOF'\np = 'a.py'\ns = open(p).read()\nopen(p, 'w').write(s)\nEOF", ("a.py",)),
        ("node -e \"require('fs').writeFileSync('a.json', '{}')\"", ("a.json",)),
        ("git worktree add -b topic ../topic", ("../topic",)),
        ("F=src/a.py; cat $F", ("src/a.py",)),
        ("> a.txt", ("a.txt",)),
        ("sed -n 5p < a.txt", ("a.txt",)),
        ("wc -l < a.txt", ("a.txt",)),
        (
            "apply_patch <<'EOF'\n*** Begin Patch\n*** Update File: a.py\n@@\n*** Add File: b.py\nEOF",
            ("a.py", "b.py"),
        ),
        ("{ echo a; echo b; } > a.txt", ("a.txt",)),
        ("pytest > log.txt 2> err.txt", ("log.txt",)),
    ],
)
def test_the_files_of_an_act_are_those_named(command: str, paths: tuple[str, ...]) -> None:
    assert read_command(command)[-1].paths == paths


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("cat a.py", ["read"]),
        ("cat a.py | grep foo | head -3", ["read"]),
        ("pytest | tail -5", ["check"]),
        ("pytest 2>&1 | grep -E 'FAIL|ok' | sort | uniq -c", ["check"]),
        ("ls | wc -l", ["read"]),
        ("git diff | head -50", ["diff"]),
        ("git diff | delta", ["diff"]),
        ("git diff > a.patch", ["edit"]),
        ("cat a b > c", ["edit"]),
        ("python gen.py > data.json", ["edit"]),
        ("nohup npm run dev > /tmp/dev.log 2>&1 &", ["other"]),
        ("./app > run.log", ["other"]),
        ("perl -ne 'print if /x/' a.txt", ["other"]),
        ("cat a.txt | perl -pe 's/a/b/'", ["read"]),
        ("cat > a.py <<EOF\nx\nEOF", ["edit"]),
        ("cat a.py > /dev/null 2>&1", ["read"]),
        ("ls 2>/dev/null", ["read"]),
        ("make 2>&1", ["check"]),
        ("sed 's/a/b/' a.py", ["read"]),
        ("echo x | sed 's/a/b/'", []),
        ("find . -type f", ["read"]),
        ("find . -name a", ["search"]),
        ("find . -name '*.pyc' -delete", ["edit"]),
        ("find . -name a -exec rm {} \\;", ["search", "edit"]),
        ("rg -l foo | xargs sed -i 's/foo/bar/'", ["search", "edit"]),
        ("ag foo", ["search"]),
        ("fd '\\.py$' src", ["search"]),
        ("tree -L 2", ["read"]),
        ("python - <<'EOF'\nprint(open('a.txt').read())\nEOF", ["other"]),
        ("python -c 'print(1)'", ["other"]),
        ("curl -s https://example.com | python3 -m json.tool", ["other"]),
        ("patch -p1 < fix.patch", ["edit"]),
        ("git add -A && git commit -m 'x; y && z' && git push", ["stage", "commit", "push"]),
        ("cat <<'EOF' | tee a.txt\n$(git push)\nEOF", ["read", "edit"]),
        ("arr=(git push); ls", ["read"]),
        ("x=$((1 + (2 * 3))); ls", ["read"]),
        ("echo ${x:-$(git push)}; ls", ["read"]),
        ("ls foo;; ls bar", ["read", "read"]),
        ("echo 'it'\\''s'; ls", ["read"]),
        ('echo "a \\" ; git push"; ls', ["read"]),
        ("ls &>/dev/null & git push", ["read", "push"]),
        ("time (pytest; ls)", ["check", "read"]),
        ("true && {\n git push\n}", ["push"]),
        ("while read -r l; do git push; done < list.txt", ["push"]),
        ("for f in $(git ls-files); do cat $f; done", ["read", "read"]),
        ("until curl localhost:80; do sleep 1; done", ["check"]),
    ],
)
def test_pipes_redirections_and_compounds_are_read_for_what_they_do(command: str, expected: list[str]) -> None:
    assert kinds(command) == expected


# --- PowerShell --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("Get-Content a.txt", [("read", "Get-Content")]),
        ("Get-Content -Path a.txt | Select-String foo", [("read", "Get-Content")]),
        ("Select-String -Pattern foo -Path a.txt", [("search", "Select-String")]),
        ("Set-Content -Path a.txt -Value 'git commit'", [("edit", "Set-Content")]),
        ("@'\ngit commit\n'@ | Out-File a.txt", [("edit", "Out-File")]),
        ("cd src; dotnet test", [("check", "dotnet test")]),
        ("& 'C:\\Tools\\git.exe' push", [("push", "git push")]),
        ("$env:CI = '1'; npm test", [("check", "npm test")]),
        ('git commit -m "it\'s `"quoted`""', [("commit", "git commit")]),
        ("Write-Host 'git push; git commit'", []),
        ("if (Test-Path a) { git push }", [("push", "git push")]),
        ("Get-ChildItem | Where-Object { $_.Name -eq 'a' }", [("read", "Get-ChildItem")]),
        (".\\gradlew.bat test", [("check", "gradle test")]),
        ("Invoke-WebRequest http://localhost:3000", [("check", "Invoke-WebRequest")]),
        ("# git push\nls", [("read", "ls")]),
    ],
)
def test_powershell_is_read_well_enough(command: str, expected: list[tuple[str, str]]) -> None:
    assert [(act.kind, act.program) for act in read_powershell(command)] == expected


def test_powershell_hides_all_but_the_last_status() -> None:
    assert [act.hidden for act in read_powershell("dotnet build; dotnet test")] == [True, False]
    assert [act.hidden for act in read_powershell("dotnet build && dotnet test")] == [False, False]


def test_a_powershell_message_is_read() -> None:
    assert read_powershell("git commit -m 'it''s done'")[0].message == "it's done"
    assert read_powershell("'subject' | git commit -F -")[0].message == "subject"
    assert read_powershell("git commit -m @'\nsubject\n\nbody\n'@")[0].message == "subject\n\nbody"


# --- Outcomes ----------------------------------------------------------------------------------------

VISIBLE = read_command("pytest")
HIDDEN = read_command("pytest | tail -20")


def test_a_visible_pass_stays_passed_whatever_its_words() -> None:
    assert check_outcome(VISIBLE, "3 failed in 1.0s", False) == "passed"


def test_a_visible_failure_is_one() -> None:
    assert check_outcome(VISIBLE, "Exit code 1\nE  assert 1 == 2", True) == "failed"


def test_an_exit_code_in_the_text_counts_like_an_error() -> None:
    assert check_outcome(VISIBLE, "Exit code 1\nsomething", None) == "failed"


@pytest.mark.parametrize(
    "output",
    [
        "Exit code 143\nCommand timed out after 2m 0s",
        "Exit code 130",
        "Request interrupted by user",
        "<tool_use_error>Another call went wrong</tool_use_error>",
    ],
)
def test_a_check_that_was_stopped_has_no_outcome(output: str) -> None:
    assert check_outcome(VISIBLE, output, True) == "unknown"


@pytest.mark.parametrize(
    "output",
    [
        "Exit code 127\nbash: pytest: command not found",
        "Exit code 127\nzsh: no such thing",
        "Exit code 4\nERROR: usage: pytest [options]\npytest: error: unrecognized arguments: --foo",
        "Exit code 2\nbash: ./run: No such file or directory",
        "Exit code 1\n/usr/bin/python: No module named pytest",
        'npm error Missing script: "test"',
        "make: *** No rule to make target 'test'.  Stop.",
    ],
)
def test_a_check_that_never_started_did_not_run(output: str) -> None:
    assert check_outcome(VISIBLE, output, True) == "not run"


def test_the_missing_file_of_a_failing_test_does_not_unmake_its_failure() -> None:
    output = "Exit code 1\nE FileNotFoundError: No such file or directory: 'a'\n1 failed, 2 passed in 0.12s"
    assert check_outcome(VISIBLE, output, True) == "failed"


def test_what_fails_after_a_check_does_not_fail_the_check() -> None:
    acts = read_command("pytest -q && git push")
    assert check_outcome(acts, "12 passed in 0.31s\nerror: failed to push", True) == "passed"
    assert check_outcome(acts, "something broke", True) == "unknown"
    assert check_outcome(acts, "1 failed, 11 passed in 0.31s", True) == "failed"


@pytest.mark.parametrize(
    "output",
    [
        "=== 3 failed, 2 passed in 0.52s ===",
        "3 failed, 2 passed, 1 warning in 0.52s",
        "FAILED tests/test_a.py::test_b - assert 1",
        "ERROR collecting tests/test_a.py",
        "Ran 3 tests in 0.001s\n\nFAILED (failures=1)",
        "Test Suites: 1 failed, 3 passed, 4 total\nTests:       1 failed, 9 passed, 10 total",
        " Test Files  1 failed | 2 passed (3)\n      Tests  1 failed | 5 passed (6)",
        "  3 passing (12ms)\n  2 failing",
        "--- FAIL: TestA (0.00s)\nFAIL\nFAIL\texample.com/a\t0.01s",
        "ok  \texample.com/a\t0.01s\nFAIL\texample.com/b [build failed]",
        "test result: FAILED. 1 passed; 1 failed; 0 ignored",
        "error: could not compile `app` (lib) due to 1 previous error",
        "src/a.ts(3,4): error TS2322: Type 'a' is not assignable",
        "Found 3 errors in 2 files.",
        "✖ 3 problems (2 errors, 1 warning)",
        "Found 2 errors.\n[*] 1 fixable with the `--fix` option.",
        "a.py:3: error: Incompatible types\nFound 3 errors in 1 file (checked 2 source files)",
        "3 issues:\n* errcheck: 3",
        "BUILD FAILED in 3s",
        "[INFO] BUILD FAILURE",
        "Failed!  - Failed:     1, Passed:     5",
        "3 examples, 1 failure",
        "FAILURES!\nTests: 3, Assertions: 4, Failures: 1.",
        "make: *** [Makefile:3: test] Error 1",
        "npm ERR! code ELIFECYCLE",
        " ELIFECYCLE  Test failed. See above for more details.",
        "all went well?\nExit code: 1",
        "output\nexit code 1",
        "EXIT=1",
        "rc=2",
        " 10 pass\n 1 fail",
        "FAILED | 3 passed | 1 failed (12ms)",
        "  1 failed\n    a.spec.ts:3:1 › logs in\n  4 passed (3.2s)",
        "# fail 1",
        "75% tests passed, 1 tests failed out of 4",
        "./a.go:3:4: undefined: x",
        "\x1b[31m1 failed\x1b[0m, \x1b[32m2 passed\x1b[0m in 0.1s",
    ],
)
def test_a_summary_of_failure_beats_a_hidden_status(output: str) -> None:
    assert check_outcome(HIDDEN, output, False) == "failed"


@pytest.mark.parametrize(
    "output",
    [
        "== 12 passed in 0.31s ==",
        "12 passed, 1 skipped, 2 warnings in 1.20s",
        "...\n----\nRan 3 tests in 0.001s\n\nOK",
        "Tests:       10 passed, 10 total",
        "      Tests  6 passed (6)",
        "  3 passing (12ms)",
        "ok  \texample.com/a\t0.01s",
        "ok  \texample.com/a\t(cached)",
        "test result: ok. 3 passed; 0 failed; 0 ignored",
        "All checks passed!",
        "Success: no issues found in 3 source files",
        "0 issues.",
        "BUILD SUCCESSFUL in 3s",
        "[INFO] BUILD SUCCESS",
        "Passed!  - Failed:     0, Passed:     6",
        "3 examples, 0 failures",
        "OK (3 tests, 4 assertions)",
        " 10 pass\n 0 fail",
        "ok | 3 passed | 0 failed (12ms)",
        "  4 passed (3.2s)",
        "100% tests passed, 0 tests failed out of 4",
        "error: this is what the program logs\n 10 pass\n 0 fail",
    ],
)
def test_a_summary_of_success_is_believed(output: str) -> None:
    assert check_outcome(HIDDEN, output, False) == "passed"


@pytest.mark.parametrize("output", ["", "OK", "done", "some words", "collected 3 items", "exit code 0"])
def test_without_a_summary_a_hidden_check_has_no_outcome(output: str) -> None:
    assert check_outcome(HIDDEN, output, False) == "unknown"


def test_the_summary_is_found_at_the_end_of_a_long_output() -> None:
    assert check_outcome(HIDDEN, "x\n" * 100_000 + "1 failed, 2 passed in 3.00s", False) == "failed"


def test_checkers_that_say_nothing_when_all_is_well_passed_when_they_said_nothing() -> None:
    acts = read_command('npx tsc --noEmit 2>&1 | head -20; echo "exit: $?"')
    assert check_outcome(acts, "exit: 0", False) == "passed"
    assert check_outcome(acts, "a.ts(1,2): error TS1: x\nexit: 0", False) == "failed"
    assert check_outcome(acts, "some words", False) == "unknown"


def test_a_silent_check_whose_output_went_to_a_file_has_no_outcome() -> None:
    assert check_outcome(read_command("tsc > log.txt; true"), "", False) == "unknown"


def test_trouble_of_one_hidden_check_is_not_made_good_by_another() -> None:
    acts = read_command("go vet ./... | head; go test ./... | tail")
    assert check_outcome(acts, "a.go:1:2: unused\nok  \texample.com/a\t0.1s", False) == "failed"


def test_a_call_without_checks_has_no_outcome() -> None:
    assert check_outcome(read_command("ls"), "3 failed", True) == "unknown"
    assert check_outcome((), "", None) == "unknown"


@pytest.mark.parametrize(
    ("output", "failed", "made"),
    [
        ("[main abc1234] fix the lock\n 1 file changed", False, True),
        ("[main (root-commit) abc1234] first", False, True),
        ("[detached HEAD abc1234] x", False, True),
        ("[topic/a-b 0123456789] x\nerror: failed to push some refs", True, True),
        ("ruff....Passed\n[main abc1234] x", False, True),
        ("On branch main\nnothing to commit, working tree clean", True, False),
        ("no changes added to commit", False, False),
        ("error: pathspec 'a' did not match any file(s) known to git", True, False),
        ("fatal: not a git repository", True, False),
        ("ruff.....................Failed\n- hook id: ruff", True, False),
        ("husky - pre-commit script failed (code 1)", False, False),
        ("Exit code 1", True, False),
        ("", False, None),
        ("", None, None),
        ("! [rejected] main -> main (fetch first)\nerror: failed to push some refs", True, None),
    ],
)
def test_a_commit_is_known_by_what_git_printed(output: str, failed: bool | None, made: bool | None) -> None:
    assert commit_made(output, failed) is made


@pytest.mark.parametrize(
    ("output", "outcome"),
    [
        ("ruff.....Passed\nmypy....(no files to check)Skipped\n[main abc1234] x", "passed"),
        ("ruff......................Failed\n- hook id: ruff\n- exit code: 1", "failed"),
        ("trailing whitespace....Passed\nruff....Failed\n", "failed"),
        ("✔ Running tasks for staged files...\n✔ Applying modifications\n[main abc1234] x", "passed"),
        ("✖ eslint --fix:\n  1:1 error\nhusky - pre-commit script failed (code 1)", "failed"),
        ("12 passed in 0.31s\n[main abc1234] x", ""),
        ("husky\n3 failed, 1 passed in 0.31s", "failed"),
        ("[main abc1234] fix the 3 failed tests\n 1 file changed", ""),
        ("[main abc1234] x\n12 passed in 0.3s", ""),
        ("nothing to commit, working tree clean", ""),
        ("1 failed, 2 passed in 0.3s", ""),
        ("", ""),
    ],
)
def test_the_checks_of_a_commit_hook_are_read(output: str, outcome: str) -> None:
    assert hook_checks(output, alone=False) == outcome


@pytest.mark.parametrize(
    "output", ["12 passed in 0.31s\n[main abc1234] x", "[main abc1234] x\n 1 file changed\n12 passed in 0.3s"]
)
def test_what_checked_beside_a_commit_alone_was_its_hook(output: str) -> None:
    assert hook_checks(output, alone=True) == "passed"
    assert hook_checks(output, alone=False) == "", "a command before or after it may have said so"


# --- Any text at all ---------------------------------------------------------------------------------

PIECES = [
    *"\"'(){}$`;|&<>\\#\n =",
    "$(",
    "${",
    "$((",
    "<<E",
    "<<-'E'",
    "\nE\n",
    "&&",
    "||",
    "2>&1",
    "<(",
    "[[ ",
    " ]]",
    "if ",
    "then ",
    "else ",
    "fi",
    "case ",
    " in ",
    "esac",
    ";;",
    "for ",
    "while ",
    "do ",
    "done",
    "f() ",
    "function ",
    "a=(",
    "x=1 ",
    "$x ",
    "git commit -m ",
    "pytest ",
    "bash -c ",
    "eval ",
    "xargs ",
    "find . -exec ",
    "python -c ",
    "npx ",
    "uv run ",
    "timeout ",
    "sed -i ",
    "cat ",
    "rm ",
    "git checkout ",
    "git -C ",
    "gh api ",
    "make ",
    "npm run ",
    "docker exec ",
]


@given(st.text())
def test_no_text_is_too_odd_to_read(text: str) -> None:
    read_command(text)
    read_powershell(text)
    check_outcome(HIDDEN, text, None)
    commit_made(text, None)
    hook_checks(text, alone=True)


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_no_broken_command_is_too_odd_to_read(text: str) -> None:
    read_command(text)
    read_powershell(text)


@pytest.mark.parametrize(
    "piece",
    [
        *PIECES,
        "$(eval ",
        "f(){ f;};f;",
        "cat <<A\n",
        "[[ ;",
        "a&&",
        "a;",
        "a|",
        "xargs find -exec ",
        '"$(',
        "a=$a$a;",
        "case x in a) ",
        "{ ",
        "$'",
        "npx npx ",
        "bash -c '",
        "a\n",
    ],
)
def test_a_huge_command_is_read_in_a_moment(piece: str) -> None:
    command = piece * (200_000 // len(piece))
    started = time.perf_counter()
    read_command(command)
    read_powershell(command)
    assert time.perf_counter() - started < 2.0


@pytest.mark.parametrize("piece", ["\n", " ", "1 passed ", "1 failed, ", "a:1:", "-", ".", "\t1", "[", "ok ", "exit "])
def test_a_huge_output_is_read_in_a_moment(piece: str) -> None:
    output = piece * (200_000 // len(piece))
    started = time.perf_counter()
    check_outcome(HIDDEN, output, False)
    commit_made(output, None)
    hook_checks(output, alone=True)
    assert time.perf_counter() - started < 1.0


def test_what_lies_behind_the_cap_is_not_looked_at() -> None:
    assert kinds("ls\n" + "# " + "x" * LONGEST_COMMAND + "\ngit push") == ["read"]


@pytest.mark.parametrize(
    "command",
    ["git commit -m 'unfinished", 'git commit -m "unfinished', "git commit -m \"$(cat <<'EOF'\nunfinished"],
)
def test_an_unbalanced_quote_is_read_as_far_as_it_goes(command: str) -> None:
    act = only(command)
    assert (act.kind, act.message) == ("commit", "unfinished")
