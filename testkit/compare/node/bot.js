// A bot on matrix-bot-sdk that answers !sill with the content of card.json. Arguments:
// the homeserver's address and an access token.
const { readFileSync } = require("node:fs");
const { AutojoinRoomsMixin, LogLevel, LogService, MatrixClient, SimpleFsStorageProvider } = require("@vector-im/matrix-bot-sdk");

const [homeserver, token] = process.argv.slice(2);
const card = JSON.parse(readFileSync("card.json", "utf8"));
const client = new MatrixClient(homeserver, token, new SimpleFsStorageProvider("state.json"));
LogService.setLevel(LogLevel.WARN);
AutojoinRoomsMixin.setupOnClient(client);
client.on("room.message", async (room, event) => {
  if (!event.content?.body?.startsWith("!sill")) return;
  const relation = { "m.in_reply_to": { event_id: event.event_id } };
  await client.sendMessage(room, { ...card, "m.relates_to": relation });
});
client.start();
