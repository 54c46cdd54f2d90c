from .bases import SimulatedBase as SimulatedBase
from .bases import simulate_base as simulate_base
from .company import SimulatedCompany as SimulatedCompany
from .company import simulate_company as simulate_company
from .company import write_company as write_company
from .large_log import write_simulated_log as write_simulated_log
from .stages import SimulatedStages as SimulatedStages
from .stages import simulate_stages as simulate_stages
