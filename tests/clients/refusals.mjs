// How graphql-ws is refused: a line for each case, with the code that it is closed with or told.
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const { WEBSOCKET_URL: url, TOKEN } = process.env;
const signedIn = { authorization: `Bearer ${TOKEN}` };
const query = "subscription { inbox { cursor } }";

const strangeProtocol = class extends WebSocket {
  constructor(address) {
    super(address, "graphql-ws");
  }
};

const line = (options) =>
  createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, ...options });

// Why a subscription ends; null where it stands until the client lets it go.
const ending = (client) =>
  new Promise((resolve) => {
    client.subscribe(
      { query },
      {
        next: () => {},
        error: (why) => resolve(why[0]?.extensions.code ?? why.code ?? why.message),
        complete: () => resolve(null),
      },
    );
  });

const tell = (refused, why) => console.log(JSON.stringify([refused, why]));

const endingOf = async (options) => {
  const client = line(options);
  const why = await ending(client);
  await client.dispose();
  return why;
};
tell("no token", await endingOf({ connectionParams: {} }));
tell("bad token", await endingOf({ connectionParams: { authorization: "Bearer nonsense" } }));
tell("wrong subprotocol", await endingOf({ webSocketImpl: strangeProtocol }));

const twice = line({ connectionParams: signedIn, generateID: () => "the same" });
tell("duplicate id", await Promise.race([ending(twice), ending(twice)]));

const many = line({ connectionParams: signedIn });
const streams = Array.from({ length: 51 }, () => ending(many));
tell("too many streams", await Promise.race(streams));
await many.dispose();
