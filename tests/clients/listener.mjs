// graphql-ws follows the inbox through restarts and ended sessions, each time from where it was.
// It asks for a token with every connection, and reads it from its input.
import { createInterface } from "node:readline";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const tell = (what) => console.log(JSON.stringify(what));

const client = createClient({
  url: process.env.WEBSOCKET_URL,
  webSocketImpl: WebSocket,
  connectionParams: async () => {
    tell({ asks: "token" });
    return { authorization: `Bearer ${(await answers.next()).value}` };
  },
  retryAttempts: Infinity,
  retryWait: () => new Promise((resolve) => setTimeout(resolve, 100)),
  shouldRetry: () => true,
  on: { closed: ({ code }) => tell({ closed: code }) },
});

// What a connection subscribes with is read anew each time: so `after` takes it up where it broke.
const variables = { after: null };
const query = `
  subscription Inbox($after: String) {
    inbox(after: $after) { cursor kind message { ... on TextMessage { text } } }
  }`;
client.subscribe(
  { query, variables },
  {
    next: ({ data: { inbox } }) => {
      variables.after = inbox.cursor;
      tell({ kind: inbox.kind, text: inbox.message?.text });
    },
    error: (why) => tell({ error: why.code ?? why }),
    complete: () => tell({ complete: true }),
  },
);
