"""What servers decide is tested on every database it is kept in."""

from tests.store.conftest import database_url as database_url
from tests.store.conftest import engine as engine
