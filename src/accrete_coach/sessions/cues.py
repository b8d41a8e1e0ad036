"""Words and paths -> cues: flags computed while reading, so that no word needs to be kept."""

from __future__ import annotations

import re
from functools import lru_cache

from .facts import Cue

CAP = 4_000
"""Characters of a text that are looked at: its head and, where it is longer, its end."""

REPLY_CAP = 5_000
"""Characters of a reply that are looked at: what it proposes stands at its head, what it asks at its end."""

_EXTENSIONS = (
    "py|pyi|js|jsx|mjs|cjs|ts|tsx|go|rs|rb|java|kt|kts|scala|c|h|cc|cpp|hpp|cs|fs|swift|m|mm|php|pl|lua|r|jl|ex|exs|erl|"
    "hs|ml|clj|cljs|dart|zig|nim|sh|bash|zsh|fish|ps1|bat|sql|md|mdx|rst|txt|json|jsonl|json5|yaml|yml|toml|ini|cfg|conf|"
    "xml|html|htm|css|scss|sass|less|vue|svelte|astro|tf|hcl|proto|graphql|gradle|lock|csv|tsv|svg|png|jpg|jpeg|gif|pdf|"
    "ipynb|log|env|tex|cmake|mk|tmpl|tpl|j2|heex|eex|snap|patch|diff"
)
_PATH = re.compile(
    r"(?:(?<=[\s\"'`(\[=:])|^)"
    r"(?:"
    r"(?:~|\.{1,2}|[A-Za-z]:)?[\\/](?:[\w.@+\-]+[\\/])+[\w.@+\-]*"  # /a/b, ./a/b, C:\a\b
    r"|(?:\./|\.\./|~/)[\w.@+\-/]+"
    r"|(?:[\w.@+\-]+/)+[\w.@+\-]+\.(?:" + _EXTENSIONS + r")\b"  # a/b.py
    r"|(?:[\w.@+\-]+/){2,}[\w.@+\-]*"  # a/b/c
    r"|[\w@+\-][\w.@+\-]*\.(?:" + _EXTENSIONS + r")\b(?!\()"  # b.py
    r"|[\w\-]+/(?=[\s\"'`)\],:;]|$)"  # tests/
    r"|(?:Makefile|Dockerfile|Justfile|Rakefile|Gemfile|Procfile)\b"
    r")",
    re.MULTILINE,
)
# Product names that look like a file name.
_NOT_A_FILE = re.compile(r"(?i)^(?:node|next|vue|nuxt|express|react|three|d3|chart|socket|discord|ember|backbone|moment)\.js$")
_MENTION = re.compile(r"(?:^|[\s(\"'`])@(?:\"[^\"]+\"|[\w./~\-]*[/.][\w./\-]*|[A-Z][\w\-]*\b(?=[\s,.:;]|$))")
_URL = re.compile(r"\bhttps?://[^\s<>\"')\]]+|\bwww\.\w+\.\w+")
_REFERENCE = re.compile(
    r"(?:^|[\s(\[,:])#\d{1,6}\b"
    r"|\b(?i:issue|pr|pull request|merge request|mr|ticket|bug|story|task)s?\s*(?:#|no\.?\s*|number\s*)?\d{1,6}\b"
    r"|\b(?!UTF-|SHA-|ISO-|RFC-|HTTP-|GPT-|TLS-|AES-|MD-|X-|H-|V-|COVID-|CVE-)[A-Z][A-Z0-9]{1,9}-\d{1,6}\b"
    r"|\bCVE-\d{4}-\d{4,}\b"
    r"|\b(?i:commit|sha|revision|rev)\s+`?[0-9a-f]{7,40}\b"
    r"|(?<![\w/.-])(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,12}(?![\w/-])"
    r"|(?<![\w/.-])(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{40}(?![\w/-])"
)
_ERROR = re.compile(
    r"Traceback \(most recent call last\)"
    r"|^\s*File \"[^\"]+\", line \d+"
    r"|^\s+at [\w.$<>\[\] ]+ ?\([^)\n]*(?::\d+)?\)"
    r"|\b[A-Z]\w*(?:Error|Exception)\b\s*(?::|\()"
    r"|^\s*(?:E\s{2,}|ERROR[:\] ]|FATAL[:\] ]|FAIL(?:ED)?[:\s]\s*\S|panic: |fatal: |error(?:\[\w+\])?: |npm ERR!|Caused by:)"
    r"|--- FAIL: |^\S+\.\w{1,5}:\d+(?::\d+)?: "
    r"|\bexit(?:ed with)? (?:code|status) [1-9]\d*\b"
    r"|^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d"
    r"|\b(?:undefined is not|cannot read propert|segmentation fault|command not found|no such file or directory"
    r"|permission denied|connection refused|unhandled rejection|TS\d{4}:)",
    re.MULTILINE | re.IGNORECASE,
)
# The class names above must keep their capitals to mean an exception.
_ERROR_CLASS = re.compile(r"\b[A-Z]\w*(?:Error|Exception)\b")

_ACCEPTS = re.compile(
    r"^\W*(?:(?:sorry|oh|oops|ah|my bad|please|then|now|so|and)\W+){0,2}(?:(?:ok(?:ay|i)?|yes|yep|yeah|yup|ya|sure|great|perfect|good|nice|cool|fine|alright|right|correct|agreed?|exactly|"
    r"lgtm|sounds good|looks good|that works|works for me|go(?: ahead| for it| on)?|let'?s (?:go|do)(?: it| that| this)?|"
    r"do (?:it|that|this|so|them|all)|please do|proceed|continue|implement(?: (?:it|this|that|the plan|all)|\W*$)|approved?|"
    r"make it so|ship it|start|i like|i agree|love it|all of (?:them|it)|both|option [a-d\d]\b|"
    r"ja|jo|genau|passt|mach(?: das)?|oui|d'accord|vas-y|s[ií]|vale|dale|hazlo|adelante|sim|da|да|давай|хорошо|好的?|可以|"
    r"はい|お願いします|네|그래|va bene|procedi|tak|evet|hai)\b|[a-d]\b[).:]?\s*$|\d\b[).:]?\s*$|👍|✅)",
)
_REFUSES = re.compile(
    r"^\W*(?:no\b(?! (?:problem|worries|rush))|nope|don'?t|do not|stop|wait|hold on|not (?:yet|so|like|that|what)|never ?mind|"
    r"cancel|abort|undo|revert|actually|nein|non\b|нет|不|hmm+)",
)
_SAYS_NO = re.compile(r"\W*no(?:pe)?\b(?! (?:problem|worries|rush|need))")
_ASKS_PLAN = re.compile(
    r"\b(?:make|write|create|draft|propose|present|suggest|come up with|prepare|outline|update|need|want|see|show(?: me)?|"
    r"give(?: me)?|start with|build|have)\b[^.\n]{0,40}\b(?:plan|proposal|design|approach|spec(?:ification)?)\b"
    r"|\bplan (?:it|this|that|out|first|before|how|the|for|to)\b|\bplan mode\b|\bbefore (?:you )?(?:cod|implement|chang|writ)"
    r"|\bhow (?:would|should|could|can|do|to)? ?(?:you|we|i)? ?(?:would|should|could|can|might)? ?(?:best )?(?:approach|solve|implement|fix|do|handle|tackle|structure|change|add|support|split|organi[sz]e|design|build|refactor|model|migrate)\b"
    r"|\bwhat (?:would|do) you (?:suggest|propose|recommend)\b|\bpropose\b|\bbrainstorm\b|\bdiscuss\b",
)
_CHECK_NEEDLES = (
    "test",
    "lint",
    "check",
    "build",
    "pass",
    "verif",
    "valid",
    "spec",
    "jest",
    "mypy",
    "ruff",
    "tsc",
    "e2e",
    "bench",
    "compile",
    "green",
    "clippy",
    "quality gate",
)
_CHECK_VERBS = frozenset(
    [
        "run",
        "rerun",
        "re-run",
        "execute",
        "start",
        "try",
        "ensure",
        "verify",
        "check",
        "confirm",
        "validate",
        "make",
        "npm",
        "pnpm",
        "yarn",
        "bun",
        "cargo",
        "go",
        "mix",
        "dotnet",
        "gradle",
        "mvn",
        "just",
    ]
)
_CHECK_NOUNS = frozenset(
    [
        "test",
        "tests",
        "tested",
        "testing",
        "spec",
        "specs",
        "lint",
        "linter",
        "linting",
        "typecheck",
        "type-check",
        "typechecks",
        "type-checks",
        "check",
        "checks",
        "build",
        "builds",
        "vet",
        "clippy",
        "vitest",
        "jest",
        "eslint",
        "e2e",
        "benchmark",
        "benchmarks",
        "pass",
        "passes",
        "passing",
        "compile",
        "compiles",
        "green",
        "works",
        "succeeds",
        "test-suite",
    ]
)
_CHECK_ALONE = frozenset(["pytest", "mypy", "tsc", "golangci-lint", "verification", "verify", "validation"])
_CHECK_STATES = frozenset(["pass", "passes", "passing", "green", "succeed", "succeeds", "clean"])
_CHECK_WORD = re.compile(r"[a-z0-9][a-z0-9-]*")
_CHECK_PHRASE = re.compile(r"\btest (?:it|this|that|the|again|locally)\b|^#+ *test|\bquality gates?\b")


def _asks_check(low: str) -> bool:
    """Whether a text asks for a check: a sentence with a verb such as "run" or "make sure" and a check, or a check's state."""
    for sentence in _SENTENCE.split(low):
        for needle in _CHECK_NEEDLES:
            if needle in sentence:
                break
        else:
            continue
        words = _CHECK_WORD.findall(sentence)
        distinct = set(words)
        if distinct & _CHECK_ALONE or _CHECK_PHRASE.search(sentence):
            return True
        nouns = distinct & _CHECK_NOUNS
        if not nouns:
            continue
        verbs = distinct & _CHECK_VERBS
        # "check" may be both: it takes another word to be asked for.
        if (
            verbs
            and (len(nouns) > 1 or nouns != verbs)
            and min(words.index(v) for v in verbs) < max(len(words) - 1 - words[::-1].index(n) for n in nouns)
        ):
            return True
        if distinct & _CHECK_STATES and nouns - _CHECK_STATES:
            return True
    return False


_SENTENCE = re.compile(r"[\n.;!?]+")
_ASKS_COMMIT = re.compile(
    r"(?<![\w\-/.])(?:re-?)?commit(?:s|ting)?\b(?! (?:[0-9a-f]{7,40}\b|hash|sha|history|id\b|message (?:is|was|says)))(?!-)"
    r"|\bgit commit\b|\b(?:push|ship|land)\b(?: it| this| that| the)?|\b(?:create|open|make|raise|submit)\b[^.\n]{0,20}\b(?:pr|pull request|mr)\b"
    r"|\bcommitte\b|\bсделай коммит\b|提交",
)
_PAST_COMMIT = re.compile(
    r"\b(?:the|this|that|these|those|last|latest|previous|each|every|in|of|per|any|initial|first|which|what|old|new) (?:git )?commits?\b|\bpost-commit|\bpre-commit"
    r"|\b(?:commit|commits) (?:hash|sha|history|id|ids|message|linking|object|tree|range)s?\b"
    r"|\bcommits? [`'(]?[0-9a-f]{7,40}\b",
)
_PLAIN_COMMIT = re.compile(
    r"(?:^|[.,;!?\n]|\band\b|\bthen\b|\bplease\b|\bpls\b|\blet'?s\b|\bcan you\b|\byou can\b|\bnow\b|\bjust\b|\balso\b|\bok(?:ay)?\b|\byes\b|\bto\b|\bdon'?t forget to\b|\bgo ahead and\b)"
    r"\s*(?:git )?(?:commit|push)\b|\bcommit(?:s)? (?:it|this|that|them|these|those|everything|all|and|the|your|my|our|now|only|with|changes?|after|each|per|in|to)\b"
    r"|\b(?:make|create|do|write|prepare) (?:a |an |the |one |separate |single |small |atomic )*commits?\b|\bas (?:a |one )?(?:separate )?commits?\b",
)
_COMMIT_LEFT = re.compile(
    r"^\W*commit\b|\bgit commit\b|\b(?:create|open|make|raise|submit)\b[^.\n]{0,20}\b(?:pr|pull request)\b|提交|коммит"
)
_ASKS_DIFF = re.compile(
    r"\bgit diff\b|\b(?:show|see|review|look at|check|read|inspect|walk(?: me)? through|go through)\b[^.\n]{0,30}\bdiffs?\b"
    r"|\b(?:show|review|look at|walk me through|go through|let me see|check)\s+(?:me\s+)?(?:all |the |your |these |those |my |our |what |uncommitted |staged |unstaged )*(?:changes|changed|you changed)\b"
    r"|\bwhat (?:has |have |did |was |were )?(?:you )?changed?\b|\bself-review\b"
)
_ASKS_SUBAGENT = re.compile(
    r"\bsub-?agents?\b|\btask tool\b|\bdelegate\b|\bscouts?\b"
    r"|\b(?:use|launch|spawn|start|send|run|dispatch|fire off|kick off)\s+(?:an?|the|two|three|four|five|several|multiple|some|parallel|background|\d+|another|more)?\s*(?:\w+ ){0,2}agents?\b"
    r"|\bhave (?:an?|the|another|two|three|four|several|\d+) (?:\w+ ){0,2}agents? \w+|\b(?:parallel|background|explore|research|review) agents?\b|\bagents in parallel\b|\bmake (?:opus|sonnet|haiku|fable)\b"
)
_ASKS_TASKS = re.compile(
    r"\b(?:to-?do|task)[- ]?lists?\b|\b(?:track|create|make|write|use|keep)\b[^.\n]{0,20}\b(?:tasks|to-?dos|todo list|task list|checklist)\b|\btodowrite\b|\btaskcreate\b"
)
_ASKS_LOOK = re.compile(
    r"\b(?:explain|investigate|analy[sz]e|explore|look (?:at|into|for|through|up)|find(?: out)?|read|research|understand|describe|summari[sz]e|"
    r"tell me|show me|walk me|figure out|check (?:if|whether|how|why|what|out|the)|review|debug|dig|identify|compare|study|trace|inspect|"
    r"validate|evaluate|assess|what|why|how|where|which|who|when|is|are|does|do|did|can|could|should|would|any idea|have a look|familiari[sz]e|give me an overview)\b",
)
_ASKS_CHANGE = re.compile(
    r"\b(?:add|implement|fix|change|create|write|update|remove|delete|refactor|rename|move|replace|build|make|rewrite|convert|migrate|"
    r"install|set up|setup|configure|extract|merge|split|bump|upgrade|improve|clean ?up|support|introduce|apply|adjust|modify|edit|"
    r"put|use|drop|revert|simplify|optimi[sz]e|port|integrate|generate|wire|handle|extend|document|format|resolve|address|repair|solve)\b",
)
_NO_CHANGE = re.compile(
    r"\b(?:do(?:n'?t| not)|without|no)\s+(?:\w+ ){0,2}(?:cod(?:e|ing)|chang\w*|edit\w*|implement\w*|modif\w*|writ\w*|fix\w*|touch\w*)\b"
    r"|\b(?:just|only) (?:explain|tell|look|answer|analy[sz]e|investigate|research|report|discuss)\b|\bbefore (?:making|any|you make) (?:any )?(?:change|edit)s?\b|\bfirst\b[^.\n]{0,20}\b(?:explain|analy[sz]e|investigate|look|discuss)\b",
)
_TEST_FIRST = re.compile(
    r"\btest[- ]?first\b|\btests? first\b|\btdd\b|\b(?:write|add|create|start with|begin with)\b[^.\n]{0,40}\b(?:failing|red) tests?\b|\bfailing tests?\b[^.\n]{0,30}\bfirst\b"
    r"|\breproduc\w+\b[^.\n]{0,60}\b(?:test|first|before|bug|issue|failure)\b|\b(?:test|spec)\b[^.\n]{0,30}\bbefore\b[^.\n]{0,20}\b(?:fix|implement|cod)"
    r"|\b(?:watch|see|verify|make sure|ensure|confirm)\b[^.\n]{0,30}\bfails?\b|\bfix\b[^.\n]{0,40}\b(?:failing|broken|red|flaky)\b[^.\n]{0,20}\b(?:tests?|build|lint|ci|checks?)\b|\bfix (?:the |this |these |that |those |all )?(?:\w+ )?(?:tests?|build|lint|ci|checks?)\b"
    r"|\b(?:tests?|build|lint|ci|checks?)\b[^.\n]{0,30}\b(?:fail(?:s|ed|ing|ure)?|broken|red)\b",
)
_ASKS_FIX = re.compile(
    r"\bbugs?\b|\bbug-?fix|\b(?:fix|repair|debug|hotfix)(?:es|ed|ing)?\b|\bbroken\b|\bregressions?\b|\bcrash(?:es|ed|ing)?\b"
    r"|\b(?:does|do|did|is|are|was)(?:n'?t| not) (?:work|render|show|load|build|compile|display|correct)\w*|\bnot working\b|\bno longer works?\b"
    r"|\b(?:fails|failing|failed) (?:with|when|on|to|because)\b|\b(?:is|are|was|shows?|displays?) (?:\w+ )?(?:incorrect|wrong)(?:ly)?\b|\bunexpected(?:ly)? (?:behavio|result|error|empty)|\berrors? when\b|\bfehler\b|\bkaputt\b"
)
_DEFINES_SKILL = re.compile(
    r"\b(?:write|create|make|add|build|draft|turn|convert|save|update|edit|extend|improve|fix|adjust|change|extract|put|generate|need|want|rename|move)\b[^.\n]{0,60}\b(?:skills?|slash[- ]commands?|custom commands?|agent definitions?|sub-?agents?|skill\.md)\b"
    r"|\bskill\.md\b",
)
_ASKS_SKILL = re.compile(
    r"\b(?:use|using|run|running|invoke|call|apply|load|start|follow|with|via|try|trigger|execute|per)\b[^.\n]{0,70}\bskills?\b|\bskills?:|^\W*\w[\w:-]* skill\b|(?:^|\s)/[a-z][a-z0-9_-]{2,}(?::[\w-]+)?(?=\s|$|[.,)])|\bslash[- ]commands?\b|\bsuperpowers?\b"
)
_REVIEW = re.compile(
    r"\breview(?:s|ed|er|ers|ing)?\b|\bcomments? (?:from|by|on)\b|\bfindings?\b|\bnitpicks?\b|\bnit:|\bfeedback\b|\bsuggestion\b|```suggestion",
)
_REMEMBERS = re.compile(
    r"\b(?:remember|memori[sz]e|don'?t forget|keep in mind|note (?:that|this) down|make a note|from now on)\b"
    r"|\b(?:add|update|put|write|note|save|document|edit|change|record|include|mention|create|append|extend|remove|delete|clean ?up|move|shorten|improve|rewrite|fix|adjust|set up|in|into|to)\b[^.\n]{0,80}\b(?:claude|claude\.local|agents|agent|memory)\.md\b|(?:^|\s)/?init\b|\b(?:your|project|agent|to|in|the) memory\b|\bmemory (?:file|entry|note)s?\b"
    r"|\brules? (?:file|folder|director(?:y|ies))\b|\b(?:claude|agent|project|coding) (?:rules|instructions|guidelines)\b",
)
_WANTS_QUESTIONS = re.compile(
    r"\b(?:ask|asking) (?:me|us)\b|\binterview me\b|\b(?:any|your|clarifying|open|more|further) questions?\b|\bask (?:\w+ ){0,3}questions?\b|\bquiz me\b|\bgrill me\b"
    r"|\bif (?:anything|something|it) is (?:unclear|not clear|ambiguous)\b|\bclarif(?:y|ication)\b[^.\n]{0,30}\b(?:with me|before|first)\b|\bcheck with me\b",
)
_CHECK_STATE = r"(?:pass(?:es|ing)?|succeeds?|green|clean|is ok|without (?:errors?|warnings?|failures?)|no (?:errors?|warnings?|failures?)|zero (?:errors?|warnings?)|exits? (?:with )?0)"
_CHECK_NAME = r"(?:tests?|test[- ]suite|suite|specs?|lint(?:er|ing)?|builds?|type-?checks?|ci|checks?|pytest|mypy|ruff|tsc|eslint|clippy|go vet|e2e|benchmarks?|coverage|compiles?|quality gates?|`[^`\n]{2,60}`)"
_GOES_BACK = re.compile(
    r"\b(?:go|going|went|roll(?:ed|ing)?|put (?:it|that|this|everything)|get|move|switch) back\b(?! to (?:the )?(?:work|task|plan|main|todo|list|question))|\brollback\b|\b(?:undo|undone|revert(?:ed|ing)?|discard(?:ed)?|restore[ds]?)\b"
    r"|\b(?:i(?:'ve|'ll| have| will)? (?:just )?reset|reset (?:it|this|that|the (?:branch|repo|code|file)|to|back|hard|everything|your))\b|\bstart(?:ed|ing)? (?:over|again|from scratch|fresh)\b|\bfrom scratch\b",
)
_FOR_LATER = re.compile(
    r"\bhand-?(?:off|over)\b|\b(?:write|create|update|add|save|put|record|document|leave|make|open|file|raise|submit|draft|log|capture)\b[^.\n]{0,50}\b(?:plans?|specs?|specification|progress|notes?|todos?|to-dos?|roadmap|issues?|tickets?|beads?|stor(?:y|ies)|pr|pull request|prd|design doc|status|worklog|next steps?|follow-?ups?|adr)\b"
    r"|\bfor (?:the )?(?:next|later|future) (?:session|time|agent|reader|work)s?\b|\bnext session\b|\bpick (?:it|this) up (?:later|again|tomorrow)\b|\bso (?:we|i|you) can (?:continue|resume|pick)\b",
)
_ASKS_WORKTREE = re.compile(r"\bwork-?trees?\b")
_ASKS_PARALLEL = re.compile(
    r"\b(?:in )?parallel(?:ly)?\b|\bside by side\b|\bconcurrently\b|\bsimultaneous(?:ly)?\b|\bat the same time\b|\bfan[- ]?out\b|\b(?:two|three|four|five|six|several|multiple|many|\d+) (?:\w+ ){0,2}(?:sub-?)?agents\b|\bswarm\b"
)
_ASKS_RULE = re.compile(
    r"\bhooks?\b|\bpre-?commit\b|\bhusky\b|\blefthook\b|\bpermissions?\b[^.\n]{0,40}\b(?:rule|allow|deny|setting|add|ask)|\b(?:allow|deny|block|auto-?approve|whitelist|allowlist)\b[^.\n]{0,40}\b(?:command|tool|bash|permission|edit|without asking)\w*"
    r"|\bsettings(?:\.local)?\.json\b|\b(?:automatically|always) (?:run|format|lint|check)\b|\bauto-?format\b|\bguard-?rails?\b"
)
_QUESTION_END = re.compile(r"\?[\s\"'`)\]*_]*$|？\s*$")
_QUESTION_START = re.compile(
    r"^\W*(?:what|why|how|where|which|who|when|is|are|does|do|did|can|could|should|would|any|won'?t|isn'?t|aren'?t|doesn'?t|have|has|was|were)\b"
)
_PROPOSES = re.compile(
    r"\b(?:proposed?|proposal|suggest(?:ed|ion)?s?|recommend(?:ed|ation)?s?|(?:the |my |this |here'?s (?:the|my|a) )?(?:plan|approach|design)\b|option [a-d1-9]\b|"
    r"i(?:'d| would| will|'ll) (?:\w+ )?(?:add|change|update|create|remove|replace|rename|move|fix|implement|modify|write|extract|make|start|refactor|use|put)|"
    r"(?:we|i|you) (?:could|should|can|need to) (?:\w+ )?(?:add|change|update|create|remove|replace|rename|move|fix|implement|modify|write|extract|refactor|use|pass|store)|"
    r"the fix (?:is|would be|should)|to fix (?:this|it)|implementation (?:plan|steps)|steps?:|changes? (?:needed|required|to make|i'd make)|here'?s what (?:i|we|needs)|what (?:i'd|i would|needs to) change)",
)
_OFFERS = re.compile(
    r"\b(?:shall|should|may|can|do you want|would you like|want) (?:i|me|us|we)\b[^?\n]{0,160}\?"
    r"|\b(?:ready to|okay to|ok to|happy to) (?:proceed|implement|start|go ahead)\b|\bdoes (?:this|that|the|it) (?:\w+ ){0,3}(?:look|sound|work|match|make sense|seem)\b[^?\n]{0,80}\?"
    r"|\blet me know (?:if|which|whether|how|what|when|your)\b|\b(?:sound|look)s? (?:good|right|reasonable)\?|\bwhich (?:option|approach|one|of|would|do)\b[^?\n]{0,120}\?"
    r"|\b(?:proceed|go ahead)\?|\bany (?:changes|adjustments|concerns|feedback|questions)\b[^?\n]{0,60}\?|\bwhat do you (?:think|prefer)\b|\b(?:approve|confirm)\b[^?\n]{0,60}\?|\bsay the word\b|\bif you(?:'d| would) like\b",
)
_LIST_ITEM = re.compile(r"^\s{0,6}(?:[-*•]|\d{1,2}[.)]|#{2,4}|\*\*\d)\s+\S", re.MULTILINE)
_FENCE = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)

_Test = tuple[tuple[str, ...], re.Pattern[str], int]
"""(needles, pattern, cue): the pattern is tried on the lowered text only around the places where one of the needles
stands, which spares most texts most patterns, and long texts most of their length."""

_DIFF_TEST: _Test = (("diff", "chang", "self-review"), _ASKS_DIFF, Cue.ASKS_DIFF)
_SUBAGENT_TEST: _Test = (("agent", "task tool", "delegate", "scout"), _ASKS_SUBAGENT, Cue.ASKS_SUBAGENT)
_TASKS_TEST: _Test = (("list", "tasks", "todo", "to-do", "taskcreate"), _ASKS_TASKS, Cue.ASKS_TASKS)
_FIRST_TEST: _Test = (
    ("test", "tdd", "reproduc", "fail", "broken", "flaky", "build", "lint", "check", "ci "),
    _TEST_FIRST,
    Cue.ASKS_TEST_FIRST,
)
_SKILL_TEST: _Test = (("skill", "/", ":", "slash", "superpower"), _ASKS_SKILL, Cue.ASKS_SKILL)
_MEMORY_TEST: _Test = (
    (
        "remember",
        "memor",
        "forget",
        "keep in mind",
        "down",
        "note",
        "from now on",
        ".md",
        "init",
        "rule",
        "instruction",
        "guideline",
    ),
    _REMEMBERS,
    Cue.REMEMBERS,
)
_LATER_TEST: _Test = (
    ("hand", "plan", "spec", "progress", "note", "todo", "to-do", "roadmap", "issue", "ticket", "bead", "stor", "pr", "pull request", "design doc", "status",
     "worklog", "next", "follow", "adr", "later", "future", "pick", "so "),
    _FOR_LATER,
    Cue.FOR_LATER,
)  # fmt: skip
_WORKTREE_TEST: _Test = (("tree",), _ASKS_WORKTREE, Cue.ASKS_WORKTREE)
_PARALLEL_TEST: _Test = (
    ("parallel", "side by side", "concurrent", "simultan", "same time", "fan", "agents", "swarm"),
    _ASKS_PARALLEL,
    Cue.ASKS_PARALLEL,
)
_RULE_TEST: _Test = (
    (
        "hook",
        "commit",
        "husky",
        "lefthook",
        "permission",
        "allow",
        "deny",
        "block",
        "approve",
        "settings",
        "automatic",
        "always",
        "auto",
        "guard",
    ),
    _ASKS_RULE,
    Cue.ASKS_RULE,
)
_DEFINE_TEST: _Test = (("skill", "command", "agent"), _DEFINES_SKILL, Cue.ASKS_TO_DEFINE)
_BACK_TEST: _Test = (
    ("back", "reset", "revert", "undo", "start over", "discard", "restor", "from scratch"),
    _GOES_BACK,
    Cue.GOES_BACK,
)
_FIX_TEST: _Test = (
    (
        "bug",
        "fix",
        "repair",
        "debug",
        "broken",
        "regression",
        "crash",
        "n't",
        "not ",
        "fail",
        "no longer",
        "correct",
        "wrong",
        "expected",
        "error",
        "fehler",
        "kaputt",
    ),
    _ASKS_FIX,
    Cue.ASKS_FIX,
)
_DONE_TESTS: tuple[_Test, ...] = (
    (
        ("done", "finish", "complete", "success", "criteri", "acceptance test", "exit test"),
        re.compile(
            r"\b(?:done|finished|complete(?:d)?|success(?:ful)?) (?:when|if|once|means|criteri\w+)\b|\bdefinition of done\b|\b(?:acceptance|success|exit|completion) (?:criteri(?:a|on)|tests?)\b"
        ),
        Cue.SAYS_DONE,
    ),
    (
        ("pass", "succeed", "green", "clean", "is ok", "without ", "no error", "no warning", "no failure", "zero ", "exit"),
        re.compile(
            rf"\b(?:must|should|need(?:s)? to|have to|has to|ensure|make sure|verify|confirm|until|so that|check)\b[^.;\n]{{0,60}}\b{_CHECK_NAME}\b[^.;\n]{{0,40}}\b{_CHECK_STATE}"
            rf"|\b{_CHECK_NAME}(?: \w+){{0,3}} (?:must|should|need to|have to|has to|still|all|to)\b[^.;\n]{{0,20}}\b{_CHECK_STATE}"
            rf"|\bmake\b[^.;\n]{{0,25}}\b{_CHECK_NAME} pass\b"
        ),
        Cue.SAYS_DONE,
    ),
    (
        ("expected", "should be:", "should look like:", "should print:", "should output:", "should return:"),
        re.compile(
            r"\bexpected (?:output|result|behaviou?r|response|value|outcome)s?\b\s*(?::|is\b|are\b|=|should\b|would be\b)|^\W*(?:expected|should (?:be|look like|print|output|return))\s*:",
            re.MULTILINE,
        ),
        Cue.SAYS_DONE,
    ),
    (
        (
            "print",
            "output",
            "return",
            "yield",
            "produce",
            "display",
            "render",
            "evaluate",
            "result in",
            "exit with",
            "respond with",
        ),
        re.compile(
            r"\b(?:should|must|will|to) (?:then )?(?:print|output|return|yield|produce|display|render|evaluate to|result in|exit with|respond with)\b[^.\n]{0,30}(?:[\"'`“]|\b\d|\btrue\b|\bfalse\b|\bnull\b|\berror\b)"
        ),
        Cue.SAYS_DONE,
    ),
    (
        ("given", "input", "in:", "before"),
        re.compile(
            r"\bgiven\b[^\n]{3,120}\bwhen\b[^\n]{3,120}\bthen\b|\b(?:input|in|before)\s*:\s*\S[^\n]{0,200}\n+\s*(?:output|out|after|expected)\s*:"
        ),
        Cue.SAYS_DONE,
    ),
    (
        (" see", " get"),
        re.compile(
            r"\b(?:i|we) (?:should|must|want to|need to) (?:be able to )?(?:see|get)\b[^.\n]{0,60}\b(?:when|after|if|once)\b"
        ),
        Cue.SAYS_DONE,
    ),
    (
        ("example", "e.g."),
        re.compile(
            r"\b(?:for example|e\.g\.|example)[^\n]{0,80}(?:->|=>|→|\bbecomes\b|\bshould (?:become|be|give|return)\b|\bgives\b)"
        ),
        Cue.SAYS_DONE,
    ),
)
"""Several patterns of one cue: each is tried only where the words stand that it cannot do without."""
_WHY_TESTS: tuple[_Test, ...] = (
    (
        (
            "why",
            "expla",
            "how come",
            "walk me",
            "understand",
            "i don",
            "i do not",
            "what if",
            "warum",
            "wieso",
            "pourquoi",
            "por qu",
            "почему",
            "为什么",
        ),
        re.compile(
            r"\bwhy\b|\bexplain\b|\bexplanation\b|\bhow come\b|\bwalk me through\b|\bhelp me understand\b|\bi (?:don'?t|do not) (?:understand|get|see why)\b|\bwhat if\b|\bwarum\b|\bwieso\b|\bpourquoi\b|\bpor qu[eé]\b|почему|为什么"
        ),
        Cue.ASKS_WHY,
    ),
    (
        ("rationale", "trade", "pros and", "alternative", "downside", "drawback", "side", "edge case"),
        re.compile(
            r"\b(?:rationale|trade-?offs?|pros and cons|alternatives?|downsides?|drawbacks?|side[- ]effects?|edge cases?)\b"
        ),
        Cue.ASKS_WHY,
    ),
    (
        ("what", "any ", "which ", "where "),
        re.compile(
            r"\bwhat(?:'s| is| was| are)? (?:the )?(?:reason|rationale|motivation|point|purpose|benefit|advantage|downside|drawback|risk|impact|consequence|trade-?off|difference|implication)s?\b"
            r"|\b(?:any|what|which) (?:other )?(?:risks?|concerns?|issues?|problems?|options?|way)\b|\bwhat (?:does|do|did|is|are|happens|would happen|will happen)\b"
            r"|\b(?:what|which|where) (?:\w+ ){0,3}should (?:we|i|it|this|that|they)\b(?![^?\n]{0,60}\bnext\b)"
        ),
        Cue.ASKS_WHY,
    ),
    (("how ",), re.compile(r"\bhow (?:does|do|did|is|are|would|will) (?:it|this|that|the|we|you|they)\b"), Cue.ASKS_WHY),
)
_DOUBTS_TEST: _Test = (
    (
        "safe", "risk", "necessary", "need", "correct", "right", "better", "best", "enough", "sense", "problem", "issue", "break", "handle", "cover", "affect",
        "impact", "simpl", "cleaner", "overkill", "redundant", "duplicate", "really", "actually", "still", "instead", "other way", "alternative", "conflict",
        "work", "cause", "leak", "slow", "secure", "would",
    ),
    re.compile(
        r"\b(?:is|are|was|were|isn'?t|aren'?t|do|does|don'?t|doesn'?t|will|won'?t|can|could|would|should(?:n'?t)?) (?:it|this|that|there|the|these|those|we|you|they)\b[^?\n]{0,100}\b(?:safe\w*|risk\w*|necessary|needed|need|correct|right|better|best|enough|sense|problem|issue|break|handle|cover|affect|impact|simpler|simplif\w+|cleaner|overkill|redundant|duplicate\w*|really|actually|still|instead|other way|alternative|conflict|work|cause|leak|slow\w*|secure)\b[^?\n]{0,100}\?"
        r"|\bwould(?:n'?t)? (?:it|this|that)\b[^\n]{0,100}\?|\binstead of\b[^\n]{0,60}\?"
    ),
    Cue.ASKS_WHY,
)  # fmt: skip
"""Questions of doubt; only texts with a question mark are held against it."""
_CORRECT_TESTS: tuple[_Test, ...] = (
    (
        ("still",),
        re.compile(
            r"\bstill\b[^.\n]{0,50}\b(?:not|n'?t|fail\w*|broken|wrong|same|error\w*|see|get|getting|happen\w*|there|crash\w*|missing|show\w*|the)\b"
        ),
        Cue.CORRECTS,
    ),
    (
        ("n't ", "not "),
        re.compile(
            r"\b(?:does|do|did|is|are|was|has|have)(?:n'?t| not) (?:\w+ ){0,2}(?:work|help|fix|change|correct|right|show|enough|what i)\w*|\bnot what i\b|\bthat'?s not\b|\bth(?:is|at) is not\b"
            r"|\bi didn'?t (?:ask|want|mean)\b|\byou (?:didn'?t|did not|should(?:n'?t| not) have)\b|\bnot working\b"
        ),
        Cue.CORRECTS,
    ),
    (("wrong", "incorrect"), re.compile(r"\b(?:wrong|incorrect)\b"), Cue.CORRECTS),
    (("i said", "i asked", "i meant", "i told you"), re.compile(r"\bi (?:said|asked|meant|told you)\b"), Cue.CORRECTS),
    (("same ",), re.compile(r"\bsame (?:error|issue|problem|result|bug|thing)\b"), Cue.CORRECTS),
    (
        (
            "you broke",
            "you removed",
            "you deleted",
            "you forgot",
            "you missed",
            "you ignored",
            "you should have",
            "undo",
            "revert",
            "nope",
        ),
        re.compile(r"\byou (?:broke|removed|deleted|forgot|missed|ignored|should have)\b|\bundo\b|\brevert\b|\bnope\b"),
        Cue.CORRECTS,
    ),
    (
        (" back", "again"),
        re.compile(r"\bput (?:it|that|this) back\b|\broll(?: it)? back\b|\bagain\b[^.\n]{0,20}(?:fail|error|broken|wrong)"),
        Cue.CORRECTS,
    ),
)
_PROMPT_TESTS: tuple[_Test, ...] = (
    (("http", "www."), re.compile(r"https?://\S|\bwww\.\w+\.\w"), Cue.URL),
    (
        ("plan", "propos", "design", "approach", "spec", "before", "how ", "what ", "brainstorm", "discuss"),
        _ASKS_PLAN,
        Cue.ASKS_PLAN,
    ),
    _DIFF_TEST,
    _SUBAGENT_TEST,
    _TASKS_TEST,
    (("",), _ASKS_LOOK, Cue.ASKS_LOOK),
    (("",), _ASKS_CHANGE, Cue.ASKS_CHANGE),
    (("n't", "not ", "without", "no ", "just ", "only ", "before ", "first"), _NO_CHANGE, Cue.NO_CHANGE),
    _FIRST_TEST,
    _FIX_TEST,
    _SKILL_TEST,
    (("review", "comment", "finding", "nit", "feedback", "suggestion"), _REVIEW, Cue.REVIEW),
    _MEMORY_TEST,
    (("ask", "question", "interview", "quiz", "grill", "clear", "ambiguous", "clarif", "with me"), _WANTS_QUESTIONS, Cue.WANTS_QUESTIONS),
    _LATER_TEST,
    _WORKTREE_TEST,
    _PARALLEL_TEST,
    _RULE_TEST,
    _DEFINE_TEST,
    _BACK_TEST,
    *_DONE_TESTS,
    *_WHY_TESTS,
    *_CORRECT_TESTS,
)  # fmt: skip
_PLAN_TESTS: tuple[_Test, ...] = (
    # A plan speaks of what is to be built, often of agents, hooks and diffs: only a step that says to do it counts.
    (("git diff", "self-review", "review"), re.compile(r"\bgit diff\b|\bself-review\b|\breview (?:the|your|my|all) (?:diff|changes)\b"), Cue.ASKS_DIFF),
    (
        ("agent", "task tool"),
        re.compile(r"\b(?:use|using|launch|spawn|dispatch|start|run|via|with|delegate to)\b[^.\n]{0,40}\bsub-?agents?\b|\bsubagent-driven\b|\btask tool\b"),
        Cue.ASKS_SUBAGENT,
    ),
    _TASKS_TEST,
    (
        ("tdd", "first", "fail"),
        re.compile(
            r"\btdd\b|\btests? first\b|\btest-first\b|\b(?:write|add|create)\b[^.\n]{0,40}\bfailing tests?\b|\b(?:see|watch|verify|confirm|ensure)\b[^.\n]{0,40}\bfails?\b(?! (?:gracefully|safely|fast))"
        ),
        Cue.ASKS_TEST_FIRST,
    ),
    (("skill", "superpower"), re.compile(r"\b(?:use|using|run|invoke|with|required sub-skill)\b[^.\n]{0,40}\bskills?\b|\bsuperpowers:"), Cue.ASKS_SKILL),
    (
        (".md", "memory"),
        re.compile(r"\b(?:update|edit|add|append|write|document|create|note|record)\b[^.\n]{0,60}\b(?:claude|claude\.local|agents|memory)\.md\b|[*#`/]\s*(?:claude|agents)\.md\b"),
        Cue.REMEMBERS,
    ),
    (
        ("pr", "pull request", "issue", "ticket", "progress", "hand", "roadmap", "status", "note", "todo", "spec"),
        re.compile(
            r"\b(?:open|create|file|raise)\b[^.\n]{0,20}\b(?:pr|pull request|issue|ticket)\b|\b(?:write|update)\b[^.\n]{0,40}\b(?:progress|hand-?off|roadmap|status|notes?|todo|spec|plan)[\w-]*\.md\b|\bhand-?off\b"
        ),
        Cue.FOR_LATER,
    ),
    (("tree",), re.compile(r"\bgit worktree\b|\bin (?:a|its own|the) (?:isolated )?worktree\b|\bworktree add\b"), Cue.ASKS_WORKTREE),
    (("parallel", "concurrent"), re.compile(r"\bsub-?agents?\b[^.\n]{0,60}\b(?:parallel|concurrent)|\b(?:parallel|concurrent)\w*\b[^.\n]{0,60}\bsub-?agents?\b"), Cue.ASKS_PARALLEL),
    (("hook", "husky", "lefthook", "permission", "commit"), re.compile(r"\bpre-?commit hooks?\b|\bgit hooks?\b|\bhusky\b|\blefthook\b|\bpermission rules?\b"), Cue.ASKS_RULE),
    (("skill", "command"), re.compile(r"\b(?:write|create|add)\b[^.\n]{0,40}\b(?:skills?|slash commands?)\b|\bskill\.md\b"), Cue.ASKS_TO_DEFINE),
)  # fmt: skip
_ERROR_NEEDLES = (
    "error", "exception", "fail", "panic:", "fatal", "traceback", "caused by", "exit", "  at ", "\tat ", "undefined is not", "cannot read", "segmentation",
    "not found", "no such file", "denied", "refused", "unhandled", "ts2", "ts1", "ts7", 'file "', "err!", "e  ",
)  # fmt: skip


ASKS_CAP = 2_200
"""Characters of a prompt in which it is looked for what it asks: that stands before and after what was pasted."""


def _capped(text: str) -> str:
    return text if len(text) <= CAP else text[: CAP * 3 // 4] + "\n" + text[-CAP // 4 :]


BEFORE, AFTER = 90, 90
"""Characters before and after a needle in which its pattern must lie."""
SHORT = 300
"""Characters up to which a text is searched whole: looking for places would cost more."""


def _tested(low: str, tests: tuple[_Test, ...]) -> int:
    cues = 0
    short = len(low) <= SHORT
    for needles, pattern, cue in tests:
        if cues & cue:
            continue
        if short or not needles[0]:
            for needle in needles:
                if needle in low:
                    if pattern.search(low):
                        cues |= cue
                    break
        elif _near(low, needles, pattern):
            cues |= cue
    return cues


def _near(low: str, needles: tuple[str, ...], pattern: re.Pattern[str]) -> bool:
    """Whether the pattern is found around one of the needles."""
    places = []
    for needle in needles:
        at = low.find(needle)
        while at >= 0:
            places.append(at)
            # The places in between lie in the same stretch.
            at = low.find(needle, at + AFTER)
    if not places:
        return False
    places.sort()
    start, stop = max(0, places[0] - BEFORE), places[0] + 2 * AFTER
    for at in places[1:]:
        if at - BEFORE <= stop:
            stop = max(stop, at + 2 * AFTER)
            continue
        if pattern.search(low, start, stop):
            return True
        start, stop = at - BEFORE, at + 2 * AFTER
    return pattern.search(low, start, stop) is not None


def of_prompt(text: str, project: str = "") -> int:
    """Cues of a person's words: a prompt, an answer, words beside an approval.

    `project`: the folder of the session; trackers in the repository name their issues after it ("shop-4fk").
    """
    text = _capped(text)
    low = (text if len(text) <= ASKS_CAP else text[: ASKS_CAP * 2 // 3] + "\n" + text[-ASKS_CAP // 3 :]).lower()
    cues = _tested(low, _PROMPT_TESTS)
    if "?" in low and not cues & Cue.ASKS_WHY:
        cues |= _tested(low, (_DOUBTS_TEST,))
    if not cues & Cue.URL and ("http" in text or "www." in text) and _URL.search(text):
        cues |= Cue.URL
    without_urls = _URL.sub(" ", text) if cues & Cue.URL else text
    if "@" in text and _MENTION.search(text):
        cues |= Cue.MENTION
    if _names_path(without_urls):
        cues |= Cue.PATH
    if _refers(without_urls) or ("-" in low and _names_issue(low, project)):
        cues |= Cue.REFERENCE
    if _holds_error(text):
        cues |= Cue.ERROR
    if _asks_commit(low):
        cues |= Cue.ASKS_COMMIT
    if _asks_check(low):
        cues |= Cue.ASKS_CHECK
    if _ACCEPTS.match(low):
        cues |= Cue.ACCEPTS
    if _REFUSES.match(low):
        cues |= Cue.REFUSES | (Cue.CORRECTS if _SAYS_NO.match(low) else 0)
    stripped = low.strip()
    if _QUESTION_END.search(stripped[-80:]) or ("?" in stripped and _QUESTION_START.match(stripped)):
        cues |= Cue.QUESTION
    if text.count("\n") >= 2 and len(_LIST_ITEM.findall(text)) >= 3:
        cues |= Cue.LISTS
    return cues


def of_plan(text: str) -> int:
    """Cues of a plan the agent put before the person, or that a session opens from: which steps it names."""
    low = _capped(text).lower()
    # Whether it mends a bug is said in its title and its first lines; further down the words mean other things.
    fixes = _FIX_TEST[1].search(low[:400])
    checks = Cue.ASKS_CHECK if _asks_check(low) else 0
    return _tested(low, _PLAN_TESTS) | checks | (Cue.ASKS_COMMIT if _asks_commit(low) else 0) | (Cue.ASKS_FIX if fixes else 0)


_REPLY_TESTS: tuple[_Test, ...] = ((("",), _PROPOSES, Cue.PROPOSES),)

_ROUTES = re.compile(
    r"^\W*(?:do you |would you |you )?(?:want|like|shall|should|may|can|could) (?:me|i|us)\b(?!.*\bor\b)|\b(?:shall|should|may|can|could|do you want|would you like|want|ready for) (?:i|me|us|we)\b(?: to)?(?: (?:now|also|then|just))? (?:proceed|go ahead|go on|continue|start|begin|implement|commit|push|run|apply|do (?:it|this|that|so)|make (?:it|this|these|that|the)|help|create|update|fix|add|remove|merge|move on|try|investigate|look|check)\b"
    r"|\b(?:does|do|is|are) (?:this|that|the|it|these|everything)\b[^?\n]{0,60}\b(?:look|sound|work|match|make sense|good|ok(?:ay)?|right|correct|clear|acceptable|seem)\b"
    r"|\b(?:ready|ok(?:ay)?|happy|good) to (?:proceed|go|implement|start|continue|commit|merge)\b|\b(?:proceed|go ahead|continue|approve|sound good|any (?:questions|changes|concerns|feedback|other|adjustments)|anything else|what(?:'s| is) next|what (?:would|should|do|can) (?:you|we|i) (?:like|want|do|work|help)(?: me)?(?: to)?(?: (?:do|work|tackle|focus|help))?(?: on| with)?(?: next| now)?)\s*\?"
    r"|\bwhich (?:command|one would you like to (?:do|run|start|tackle)|task|option would you like to (?:do|run))\b|\bhow can i help\b|\bwhat(?:'s| is) (?:on your mind|the task)\b|\bhow would you like (?:me )?to proceed\b",
)
_OF_BUILDING = re.compile(
    r"\b(?:which|what|where|how|who|when)\b|\bor\b|\bprefer|(?:^|[,;:(–—-]\s*|\band )\W*(?:should|do|does|is|are|can|could|will|would) (?:the|it|this|that|there|we|you|they|users?|both|each)\b",
)
_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+|\n+")


def asks_how(text: str) -> bool:
    """Whether a question of the agent's is about what or how to build: not a bare "shall I go on?", and no menu that only
    routes (practices.md, ask-me-first)."""
    for sentence in _SENTENCE_END.split(text.lower()):
        if "?" in sentence and _OF_BUILDING.search(sentence) and not _ROUTES.search(sentence):
            return True
    return False


def of_reply(text: str) -> int:
    """Cues of what the agent said at the end of a turn."""
    text = text if len(text) <= REPLY_CAP else text[: REPLY_CAP // 2] + "\n" + text[-REPLY_CAP // 2 :]
    low = (_FENCE.sub(" ", text) if "```" in text else text).lower()
    cues = _tested(low, _REPLY_TESTS)
    if _OFFERS.search(low[-700:]):
        cues |= Cue.OFFERS
    if "?" in low[-300:]:
        cues |= Cue.QUESTION
    # What it asks in earnest stands at its end, often as a list.
    if "?" in low[-900:] and asks_how(low[-900:]):
        cues |= Cue.ASKS_HOW
    if "\n" in text and len(_LIST_ITEM.findall(text)) >= 2:
        cues |= Cue.LISTS
    if cues & (Cue.PROPOSES | Cue.OFFERS):
        # Which steps it names matters only where they may be accepted.
        cues |= (
            _tested(low, (_MEMORY_TEST,))
            | (Cue.ASKS_COMMIT if _asks_commit(low) else 0)
            | (Cue.ASKS_CHECK if _asks_check(low) else 0)
        )
    return cues


def speaks_of_review(name: str) -> bool:
    """Whether a skill's or command's name says that it reviews."""
    return bool(_REVIEW.search(name.lower().replace("-", " ").replace("_", " ").replace(":", " ")))


_REVIEWER = re.compile(r"\breview(?:er|ers)\b|\bcritics?\b")
_ASKS_REVIEW = re.compile(
    r"\b(?:re-?)?(?:review|audit|critique|inspect|double-?check|verify)\b[^.\n]{0,70}\b(?:change|diff|commit|pr|pull request|branch|implementation|patch|fix|code|work|edit|refactor|migration|test|spec compliance)(?:s|es)?\b"
    r"|\b(?:code|spec|security|quality|compliance|peer|design|adversarial|final) review\b|\breview(?:ing)? (?:of )?(?:task|step|phase)\b"
)


def asks_for_review(task: str) -> bool:
    """Whether a subagent's type or task says that it reviews a change."""
    low = task.lower()
    return bool(_REVIEWER.search(low[:120]) or _ASKS_REVIEW.search(low))


def forbids_change(task: str) -> bool:
    """Whether a subagent's task says that it is not to change anything."""
    return bool(_NO_CHANGE.search(task[:CAP].lower()))


_VAGUE = re.compile(
    r"^\W*(?:wip|tmp|temp|update[sd]?|changes?|misc|stuff|fix(?:es|ed)?|commit|save|checkpoint|progress|test|asdf|\.+|work|more|minor|"
    r"small (?:fix|change)(?:es|s)?|various(?: \w+)?|some changes?|cleanup|final|done|\w)?\W*$",
    re.IGNORECASE,
)
_CONVENTIONAL = re.compile(
    r"^\s*(?:feat|fix|chore|docs|refactor|test|perf|build|ci|style|revert)(?:\([^)]*\))?!?:", re.IGNORECASE
)


def of_commit_message(message: str | None) -> int:
    """Cues of a commit message: vague, or a subject that lists unrelated pieces of work."""
    if message is None:
        return 0
    subject = message.strip().splitlines()[0] if message.strip() else ""
    cues = 0
    if _VAGUE.match(_CONVENTIONAL.sub("", subject)):
        cues |= Cue.VAGUE
    heads = [line for line in message.splitlines() if _CONVENTIONAL.match(line)]
    if len({h.split(":")[0].strip().lower() for h in heads}) >= 2 or re.search(
        r"(?i)\bvarious\b|\bseveral (?:unrelated|changes|fixes)\b|\bmisc(?:ellaneous)?\b", subject
    ):
        cues |= Cue.MIXED
    return cues


_TOKEN_WITH_DIGIT = re.compile(r"(?<!\S)[^\s\d]*+\d\S*+")
_FILE_NAMES = frozenset(["Makefile", "Dockerfile", "Justfile", "Rakefile", "Gemfile", "Procfile"])
_BEFORE_A_NUMBER = re.compile(
    r"(?i)(?:issue|pr|request|mr|ticket|bug|story|stories|task|commit|sha|revision|rev)s?\W*(?:no\.?|number)?\W*$"
)
MOST_TOKENS = 400
"""Words of a text that are looked at one by one: who pastes more has pointed at something long before."""


def _refers(text: str) -> bool:
    """Whether a text (its URLs taken out) names an issue, a pull request, a ticket or a commit."""
    for n, match in enumerate(_TOKEN_WITH_DIGIT.finditer(text)):
        token = match.group()
        if (
            len(token) < 7
            and "#" not in token
            and "-" not in token
            and not _BEFORE_A_NUMBER.search(text, match.start() - 18, match.start())
        ):
            continue
        if _REFERENCE.search(text, max(0, match.start() - 24), match.end()):
            return True
        if n > MOST_TOKENS:
            break
    return False


def _names_path(text: str) -> bool:
    """Whether a text (its URLs taken out) names a file or a folder."""
    for token in text.split()[:MOST_TOKENS]:
        if "/" not in token and "\\" not in token and "." not in token[1:-1] and token.strip(".,:;()`'\"") not in _FILE_NAMES:
            continue
        for match in _PATH.finditer(token):
            found = match.group()
            if _NOT_A_FILE.match(found) or found in ("/", "and/or", "I/O", "n/a", "w/"):
                continue
            if found.startswith("/") and found.count("/") == 1:
                continue
            return True
    return False


def _holds_error(text: str) -> bool:
    """Whether a text holds an excerpt of an error or a log, rather than a description of one."""
    for line in text.splitlines()[:MOST_TOKENS]:
        low = line.lower()
        if not any(needle in low for needle in _ERROR_NEEDLES) and not _PLACE_OR_TIME.match(line):
            continue
        match = _ERROR.search(line)
        if match is None:
            continue
        found = match.group().lower()
        if "error" not in found and "exception" not in found:
            return True
        # "ValueError:" is an excerpt, "the error: it hangs" is a description.
        if _ERROR_CLASS.search(match.group()) or match.group().lstrip().isupper() or not line[: match.start()].strip():
            return True
    return False


_PLACE_OR_TIME = re.compile(r"\S+\.\w{1,5}:\d+|\[?\d{4}-\d\d-\d\d[T ]")
_NAMED_ISSUE = re.compile(
    r"\b(?:issue|epic|ticket|task|bead|story|card|bug)s? [`\"']?[a-z][a-z0-9_]*-(?=[a-z0-9.]*\d)[a-z0-9.]{2,}|\bbd-[a-z0-9.]{2,}"
)


def _names_issue(low: str, project: str) -> bool:
    if _NAMED_ISSUE.search(low):
        return True
    folders = [part for part in project.lower().replace("\\", "/").split("/") if len(part) > 2]
    for folder in folders[-3:]:
        at = low.find(folder)
        while at >= 0:
            rest = low[at + len(folder) : at + len(folder) + 12]
            if (at == 0 or not low[at - 1].isalnum()) and (
                _ISSUE_SUFFIX.match(rest) or (folder == folders[-1] and "-" in folder and not rest[:1].isalnum())
            ):
                return True
            at = low.find(folder, at + 1)
    return False


_ISSUE_SUFFIX = re.compile(
    r"-(?!(?:app|api|cli|web|lib|dev|test|ui|js|py|go|rs|md|up|in|on)\b)[a-z0-9]{2,5}(?:\.\d+)*(?=$|[\s.,;:!?`'\")])"
)
_COMMIT_WORD = re.compile(r"commit|push|pull request|\bpr\b|\bmr\b|提交|коммит")


_MISTYPED_COMMIT = re.compile(r"\W*(?:please |now |ok |and )?com{1,2}i?t{0,2}(?: it| this| that| all)?\W*$")


def _asks_commit(low: str) -> bool:
    # The patterns look no further than a few words: only the surroundings of each mention are tried.
    if len(low) < 24 and _MISTYPED_COMMIT.match(low):
        return True
    until = -1
    for match in _COMMIT_WORD.finditer(low):
        if match.start() < until:
            continue
        until = match.end() + 60
        near = _PAST_COMMIT.sub(" ", low[max(0, match.start() - 60) : until])
        if _PLAIN_COMMIT.search(near):
            return True
        if _ASKS_COMMIT.search(near) and _COMMIT_LEFT.search(near):
            return True
    return False


# --- paths -----------------------------------------------------------------------------------------------------------

_SCRATCH = re.compile(
    # Temporary folders, and what builds and tools leave behind.
    r"(?i)\.(?:exe|dll|so|dylib|o|a|obj|pyc|class|jar|log|tmp|temp|bak|orig|rej|pid|swp|prof|coverage|zip|tar|tgz|gz|out)$|"
    r"^(?:/private)?/(?:tmp|var/tmp|var/folders)(?:/|$)|/appdata/local/temp/|^[a-z]:/(?:windows/)?temp/|/scratchpad/|^\$?tmpdir|/\.?scratch/"
)
_STEERING = re.compile(
    r"(?i)(?:^|/)(?:plans?|specs?|stories|story|sprint-artifacts|handoffs?|hand-offs?|prds?|\.beads|\.planning|roadmaps?|worklogs?|task-?lists?|_bmad[^/]*|\.context)/[^/]+(?:/[^/]+)*\.(?:md|mdx|txt|ya?ml|json|rst)$"
    r"|(?:^|/)[^/]*(?:^|[/_\-. ])(?:plan|status|progress|todos?|roadmap|hand-?off|story|spec|specification|prd|worklog|checklist|next-?steps|session-notes|implementation-plan|tasks)(?:[_\-. ][^/]*)?\.(?:md|mdx|txt|rst)$"
    r"|(?:^|/)(?:sprint-status|task_plan|findings)[^/]*\.(?:md|ya?ml)$"
)
_MEMORY = re.compile(
    r"(?i)(?:^|/)(?:claude(?:\.local)?|agents|gemini|memory)\.md$|/\.claude/(?:.*/)?(?:memory|rules)/|/memory/[^/]+\.md$|(?:^|/)\.(?:cursor|windsurf)/rules/|(?:^|/)\.cursorrules$|(?:^|/)\.github/copilot-instructions\.md$"
)
_DEFINES = re.compile(
    r"(?i)(?:^|/)\.(?:claude|agents|codex)/(?:skills|commands|agents|prompts)/|(?:^|/)skills/[^/]+/(?:.*/)?skill\.md$|(?:^|/)skill\.md$"
)
_OWN = re.compile(
    r"(?i)(?:^|/)\.claude/(?:plans|projects|todos|tasks|settings(?:\.local)?\.json|keybindings\.json|statusline[^/]*)(?:/|$|\b)|(?:^|/)\.claude\.json$"
)
_GUARDS = re.compile(
    r"(?i)(?:^|/)\.git/hooks/[^/]+$|(?:^|/)\.(?:husky|githooks)/[^_/][^/]*$|(?:^|/)\.pre-commit-config\.ya?ml$|(?:^|/)\.?lefthook(?:-local)?\.(?:ya?ml|toml|json)$|(?:^|/)\.?lint-?staged(?:rc)?(?:\.\w+)?$"
)
_AGENT_SETTINGS = re.compile(
    r"(?i)(?:^|/)\.claude/(?:settings(?:\.local)?\.json|hooks/[^/]+)$|(?:^|/)\.codex/(?:config\.toml|hooks\.json|rules/[^/]+)$"
)
_PROSE = re.compile(r"(?i)\.(?:md|mdx|markdown|rst|txt|adoc|org)$|(?:^|/)(?:license|readme|changelog|authors|notice)$")
_TEST = re.compile(
    r"(?i)(?:^|/)(?:tests?|__tests__|specs?|e2e|testdata|test_data)/|(?:^|/)(?:test_[^/]+|[^/]+[._-](?:test|spec|tests|specs))\.\w+$|(?:^|/)[^/]+test\.(?:java|kt|cs|php|swift)$|_test\.(?:go|exs?|py|rb|dart)$"
)


@lru_cache(maxsize=65_536)
def of_path(path: str) -> int:
    """Cues of a file that was changed: what it is to the work."""
    path = path.replace("\\", "/")
    cues = 0
    if _SCRATCH.search(path):
        cues |= Cue.SCRATCH
    if _MEMORY.search(path):
        # The agent's own memory folder is one of its places, too.
        cues |= Cue.MEMORY | (Cue.OWN_PLACE if "/.claude/projects/" in path else 0)
    elif _OWN.search(path):
        cues |= Cue.OWN_PLACE
    elif _DEFINES.search(path):
        cues |= Cue.DEFINES
    elif _STEERING.search(path):
        cues |= Cue.STEERING
    if _GUARDS.search(path):
        cues |= Cue.GUARDS
    if _PROSE.search(path):
        cues |= Cue.PROSE
    if _TEST.search(path):
        cues |= Cue.TEST_FILE
    return cues


_PERMISSION = re.compile(
    r"\"(?:permissions|allow|deny|ask)\"\s*:|\"(?:Bash|Edit|Write|Read|WebFetch|mcp__\w+)\(|approval_policy|sandbox_mode|prefix_rule"
)
_HOOK_COMMAND = re.compile(r"\"command\"\s*:\s*\"((?:[^\"\\]|\\.)*)\"|^\s*command\s*=\s*\"([^\"]*)\"", re.MULTILINE)
_ACTS_ON_WORK = re.compile(
    r"(?i)\b(?:lint\w*|format\w*|fmt|prettier|eslint|ruff|black|gofmt|rustfmt|biome|tsc|mypy|pytest|jest|vitest|tests?|check\w*|verify|validat\w+|block\w*|deny|guard\w*|protect\w*|forbid\w*|prevent\w*|enforce\w*|safe\w*|restrict\w*|pre-?commit|secret\w*|scan\w*)\b"
)
_ONLY_TELLS = re.compile(
    r"(?i)notif\w+|\bsay\b|afplay|osascript|session[-_]?(?:start|end)|transcript|capture|record|telemetry|\blog(?:ger|ging)?\b|metric|statusline|entire "
)


def acts_on_work(command: str) -> bool:
    """Whether a hook's command checks, formats or blocks: not one that a plugin brings, nor one that only records, notifies or
    adds context (practices.md, guardrail)."""
    if "CLAUDE_PLUGIN_ROOT" in command or "/plugins/" in command or command == "callback" or _ONLY_TELLS.search(command):
        return False
    return _ACTS_ON_WORK.search(command.replace("_", " ").replace("/", " ")) is not None


def only_tells(text: str) -> bool:
    """Whether a hook, by its command or its message, only records, notifies or adds context."""
    return _ONLY_TELLS.search(text) is not None


def sets_up_a_rule(path: str, text: str) -> bool:
    """Whether a change to an agent's settings, or to one of its hooks, adds a permission rule or a hook that acts on the work."""
    path = path.replace("\\", "/")
    if not _AGENT_SETTINGS.search(path):
        return False
    text = _capped(text)
    if "/hooks/" in path:
        return (
            acts_on_work(path.rsplit("/", 1)[-1].replace("-", " ")) or "exit 2" in text or '"block"' in text or '"deny"' in text
        )
    return _PERMISSION.search(text) is not None or any(acts_on_work(a or b) for a, b in _HOOK_COMMAND.findall(text))


_CRITERIA = (
    "acceptance criteria", "definition of done", "done when", "success criteria", "exit criteria", "expected behavior", "expected behaviour",
    "expected result", "expected output",
)  # fmt: skip


def holds_criteria(text: str) -> bool:
    """Whether a document that was read says in so many words how one can tell that it is done."""
    low = text[:20_000].lower()
    return any(needle in low for needle in _CRITERIA)


_BOT = re.compile(
    r"\[bot\]|\b(?:coderabbit\w*|copilot|cursor|bugbot|sourcery|codeant|greptile|qodo|graphite|claude|gemini-code-assist|codex)\b[^\n]{0,400}\b(?:review\w*|comment\w*|suggestion\w*)",
    re.IGNORECASE,
)


def shows_bot_review(text: str) -> bool:
    """Whether what a look at a pull request showed holds the findings of a review bot."""
    low = _capped(text)
    return ("review" in low or "comment" in low or "suggestion" in low) and _BOT.search(low) is not None
