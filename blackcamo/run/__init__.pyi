"""The public names of `blackcamo.run` and the modules that they come from.

One list for type checkers and for the program, which reads it, see ``__init__.py``.
"""

from blackcamo.run.applying import apply as apply
from blackcamo.run.applying import apply_profile as apply_profile
from blackcamo.run.applying import apply_style as apply_style
from blackcamo.run.applying import iter_apply as iter_apply
from blackcamo.run.appraising import appeal as appeal
from blackcamo.run.appraising import appraise as appraise
from blackcamo.run.checking import check_channels as check_channels
from blackcamo.run.choosing import choose as choose
from blackcamo.run.choosing import study_of as study_of
from blackcamo.run.cluster_checking import cluster_check as cluster_check
from blackcamo.run.config import ExploreConfig as ExploreConfig
from blackcamo.run.config import SearchConfig as SearchConfig
from blackcamo.run.defending import countermeasures as countermeasures
from blackcamo.run.delivering import deliver as deliver
from blackcamo.run.doctoring import doctor as doctor
from blackcamo.run.explaining import explain as explain
from blackcamo.run.exploring import explore as explore
from blackcamo.run.exporting import export as export
from blackcamo.run.finding import FoundPhoto as FoundPhoto
from blackcamo.run.finding import find_below as find_below
from blackcamo.run.finding import find_photos as find_photos
from blackcamo.run.fronts import front as front
from blackcamo.run.fronts import jury_rank as jury_rank
from blackcamo.run.learning import learn as learn
from blackcamo.run.listing import filters as filters
from blackcamo.run.listing import newest as newest
from blackcamo.run.listing import profiles as profiles
from blackcamo.run.listing import scorers as scorers
from blackcamo.run.listing import studies as studies
from blackcamo.run.manifest import manifest_of as manifest_of
from blackcamo.run.manifest import status_of as status_of
from blackcamo.run.many import search_many as search_many
from blackcamo.run.merging import merge as merge
from blackcamo.run.reporting import report as report
from blackcamo.run.results import *  # noqa: F403 - they have a list of their own
from blackcamo.run.scoring import score as score
from blackcamo.run.scoring import score_many as score_many
from blackcamo.run.scoring import verify as verify
from blackcamo.run.searching import Stop as Stop
from blackcamo.run.searching import search as search
from blackcamo.run.serving import Serving as Serving
from blackcamo.run.serving import dashboard as dashboard
from blackcamo.run.styling import style_sheet as style_sheet
from blackcamo.run.styling import styles as styles
from blackcamo.run.targets import preset_meant as preset_meant
from blackcamo.run.tidying import delete as delete
from blackcamo.run.tidying import prune as prune
from blackcamo.run.tidying import show as show
from blackcamo.run.transferring import transfer as transfer
