"""What comes over the gateway's socket: a frame that makes no sense is dropped, and the connection lives."""

import logging
from typing import Any

from discord.gateway import DiscordWebSocket

log = logging.getLogger(__name__)


class TolerantSocket(DiscordWebSocket):
    """
    A connection to the gateway that survives what it cannot read.

    discord.py lets the error out of ``Client.connect``, which ends the process (discord/gateway.py, 2.7.1).
    """

    async def received_message(self, msg: Any, /) -> None:
        """
        Take a frame.

        Raises:
            OSError: It made no sense, and without what it should have been there is nothing to go on with.
        """
        session = self.session_id
        try:
            await super().received_message(msg)
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            if self.session_id is None or self.session_id != session:  # HELLO or READY
                raise OSError(
                    f"Discord's gateway began with what is none of its frames ({type(error).__name__})"
                ) from None
            log.error("A frame of the gateway could not be read and was dropped (%s).", type(error).__name__)
