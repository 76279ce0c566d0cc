// A person's client that obeys its standard input, one JSON object a line:
//
//   {"task":1,"do":"login","homeserver":…,"user":…,"password":…,"onlySigned":bool}
//   {"task":2,"do":"create","invite":user}      makes an encrypted room
//   {"task":3,"do":"join","room":…}             an encrypted room
//   {"task":4,"do":"say","room":…,"text":…,"thread":…}
//   {"task":5,"do":"verify","user":…,"room":…}  asks in the room, until the request ends
//   {"task":6,"do":"verifyDevice","user":…}     the same, by a message to a device
//
// and writes, one JSON object a line, {"done":1} when a task is, with the "room"
// or the "event" that it made, or the "code" with which a user ("by") cancelled a
// verification, and all the while
//
//   {"message":{"room":…,"id":…,"sender":…,"body":…,"replyTo":…,"encrypted":bool,"failure":…}}
//
// for each message that it sees, and again when one could be read only later. It
// ends with its standard input, or when a task fails.
import "./runtime.js";
import { createInterface } from "node:readline";
import { ClientEvent, createClient, EventType, MatrixEventEvent, MsgType, RoomEvent } from "matrix-js-sdk";
import {
    OnlySignedDevicesIsolationMode,
    VerificationPhase,
    VerificationRequestEvent,
} from "matrix-js-sdk/lib/crypto-api/index.js";

const write = (object) => process.stdout.write(JSON.stringify(object) + "\n");

let client;

const tasks = {
    async login({ homeserver, user, password, onlySigned }) {
        const identifier = { type: "m.id.user", user };
        const session = await createClient({ baseUrl: homeserver }).loginRequest({
            type: "m.login.password",
            identifier,
            password,
        });
        client = createClient({
            baseUrl: homeserver,
            userId: session.user_id,
            deviceId: session.device_id,
            accessToken: session.access_token,
        });
        await client.initRustCrypto({ useIndexedDB: false });
        client.on(RoomEvent.Timeline, show);
        client.on(MatrixEventEvent.Decrypted, show);
        await client.startClient();
        // Without keys of its own, it could only refuse the devices of others.
        await client.getCrypto().bootstrapCrossSigning({ authUploadDeviceSigningKeys: (upload) => upload(null) });
        if (onlySigned) client.getCrypto().setDeviceIsolationMode(new OnlySignedDevicesIsolationMode());
        return {};
    },

    async create({ invite }) {
        const { room_id: room } = await client.createRoom({
            invite: [invite],
            initial_state: [
                { type: EventType.RoomEncryption, state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } },
            ],
        });
        return encrypted(room);
    },

    async join({ room }) {
        await client.joinRoom(room);
        return encrypted(room);
    },

    async say({ room, text, thread }) {
        const content = { msgtype: MsgType.Text, body: text };
        if (thread) {
            content["m.relates_to"] = {
                rel_type: "m.thread", event_id: thread, is_falling_back: true, "m.in_reply_to": { event_id: thread },
            };
        }
        const { event_id: event } = await client.sendMessage(room, content);
        return { event };
    },

    async verify({ user, room }) {
        return cancelled(await client.getCrypto().requestVerificationDM(user, room));
    },

    async verifyDevice({ user }) {
        const devices = (await client.getCrypto().getUserDeviceInfo([user], true)).get(user);
        const [device] = devices.keys();
        return cancelled(await client.getCrypto().requestDeviceVerification(user, device));
    },
};

// cancelled waits until a request to verify is cancelled.
async function cancelled(request) {
    while (request.phase !== VerificationPhase.Cancelled) {
        await new Promise((resolve) => request.once(VerificationRequestEvent.Change, resolve));
    }
    return { code: request.cancellationCode, by: request.cancellingUserId };
}

// encrypted waits until the client knows the room and its encryption: before, it
// would send in clear.
async function encrypted(room) {
    while (!(client.getRoom(room) && (await client.getCrypto().isEncryptionEnabledInRoom(room)))) {
        await new Promise((resolve) => client.once(ClientEvent.Sync, resolve));
    }
    return { room };
}

function show(event) {
    if (event.status !== null || event.getType() !== EventType.RoomMessage) return; // not sent, or not decrypted yet
    write({
        message: {
            room: event.getRoomId(),
            id: event.getId(),
            sender: event.getSender(),
            body: event.getContent().body,
            replyTo: event.replyEventId,
            encrypted: event.isEncrypted(),
            failure: event.decryptionFailureReason ?? undefined,
        },
    });
}

for await (const line of createInterface({ input: process.stdin })) {
    const task = JSON.parse(line);
    write({ done: task.task, ...(await tasks[task.do](task)) });
}
process.exit(0);
