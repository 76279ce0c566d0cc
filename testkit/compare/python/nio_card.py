"""A bot on simplematrixbotlib that answers !sill with the content of card.json.

Arguments: the homeserver's address, a user and a password."""
import json
import sys
from pathlib import Path

import simplematrixbotlib

card = json.loads(Path("card.json").read_text())
bot = simplematrixbotlib.Bot(simplematrixbotlib.Creds(*sys.argv[1:4]), simplematrixbotlib.Config())


@bot.listener.on_message_event
async def answer(room, event):
    match = simplematrixbotlib.MessageMatch(room, event, bot, "!")
    if match.is_not_from_this_bot() and match.command("sill"):
        relation = {"m.in_reply_to": {"event_id": event.event_id}}
        await bot.async_client.room_send(room.room_id, "m.room.message", card | {"m.relates_to": relation})


bot.run()
