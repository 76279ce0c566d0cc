"""A maubot plugin that answers !sill with the content of card.json."""
import json
from pathlib import Path

from maubot import MessageEvent, Plugin
from maubot.handlers import command
from mautrix.types import TextMessageEventContent


class Card(Plugin):
    async def start(self) -> None:
        self.card = json.loads(Path("card.json").read_text())

    @command.new("sill")
    @command.argument("name", pass_raw=True, required=False)
    async def sill(self, event: MessageEvent, name: str) -> None:
        await event.reply(TextMessageEventContent.deserialize(self.card))
