"""Plain words that the masker lets stand in long or joined tokens. None of them is a name."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text between blanks."""
    return frozenset(text.split())


PLAIN = words(
    """
a about above accept acceptance access account across act action actually add added adding after again against agent agents agree all
almost alone along already also always am an and another answer answers any anything api app approach approve are around as ask asked
asking asks assume assumption assumptions at available avoid away back backwards bad base based basic be because become been before
begin behaviour behavior being below best better between big both branch break breaking brief bring broken bug bugs build built but button by
call called calling calls can cannot case cases cause causes change changed changes changing check checked checking checks class clean
clear client close code column columns come comes command commands comment commit commits committed committing common compare compatible
complete component components concern concerns config configuration consider constraint constraints context continue copy correct cost
could couldn cover create created credential current data database day decide decided default define defined definition delete deleted
dependencies dependency depends deploy design detail details did didn diff difference different differently directory discuss do docs
document documentation does doesn doing don done down draft drop during each early easy edge edges edit edited edits effect either else
empty end endpoint enough entry error errors especially even every everything exact exactly example examples except exist existing exists
expect expected expired explain explore export extra fail failed failing fails failure false far fast feature features feel few field
fields figure file files final find fine finish first fit fits fix fixed fixes fixing flag flow folder follow following for form format
found from front full function functions further get gets give given go goal goes going good got great group guess had half hand handle
handled handler handles handling happen happens hard has hasn have haven having he help helper her here hidden high him his hold holds
hook hooks how however i idea ideas if implement implementation implemented implementing import important in include including incorrect
index information input inside instead instructions integration interface into is isn issue issues it item its itself job just keep kept
key keys kind knew know known large last later latest layer least leave left less let level library light like likely limit line lines
list lists little live ll load local lock log logic long longer look looked looking looks lose lot low m made main make makes making
manage many may maybe me mean means memory merge message method middle might migrate migration migrations minimal miss missing mode model
module modules more most move much must my name names near need needed needs never new next nice no none nor not note notes nothing now
null number object of off often old on once one only open option optional options or order other others otherwise our out output over own
page paragraph parallel parameter parse part parts pass passed passes password past path paths pattern patterns people per performance
person pick piece place plan planned planning plans please point points possible prefer previous print probably problem problems process
production program project prompt proposal propose pull push put query question questions queue quick quickly rather re read reading
reads ready real really reason reasons recent record red refactor refactoring reference refuse related release remain remaining remember
remove removed rename renamed replace reply report request requests require required response rest result results return returned returns
revert review reviewed reviewing right risk risks root row rows rule rules run running runs s safe same save saw say says schema scope screen
script search second section see seem seems seen send sent separate server service session set setting settings several shall share she
short should shouldn show showed shows side sign simple simplest simply since single size skill skip slow small smaller so some somebody
someone something sometimes soon sort source speak specific spec split stage standard start started state statement status stay step steps
still stop stopped store story string strings strict structure style subagent such suggest suggestion sum summary support sure syntax
system t table tables take takes talk target task tasks team tell tells test tested testing tests text than thank thanks that the their
them then there these they thing things think this those though three through time times to today together token tokens too tool tools
top total touch toward track tradeoff tradeoffs trade transaction tree tried true try trying turn two type types ui unchanged
undo unit unless until up update updated upon us use used useful user users uses using usual valid validate validation value values
variable ve verify version very view wait walk want wanted wants warning was wasn way ways we week well went were what whatever when where
whether which while who whole why will wish with within without won word words work worked working works worktree worse would wouldn write
writes writing written wrong yes yet you your yours yourself zero

unhandled uncommitted unexpected responsibilities internationalization characterization misunderstanding straightforwardly
straightforward incompatibilities authentication authorization implementations acknowledgement
notwithstanding simultaneously indistinguishable representation representations troubleshooting recommendations
"""
)
