"""``python -m bot`` is ``natobot``."""

from bot.cli import main

main()
