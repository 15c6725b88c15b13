// Apollo Client as an inbox uses it: one query, one mutation, one subscription; a line for each.
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const { GRAPHQL_URL, WEBSOCKET_URL, TOKEN } = process.env;
const authorization = `Bearer ${TOKEN}`;
const live = createClient({
  url: WEBSOCKET_URL,
  webSocketImpl: WebSocket, // browsers have their own
  connectionParams: () => ({ authorization }),
});
const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.split(
    ({ operationType }) => operationType === "subscription",
    new GraphQLWsLink(live),
    new HttpLink({ uri: GRAPHQL_URL, headers: { authorization } }),
  ),
});
const tell = (what) => console.log(JSON.stringify(what));

const { data: inbox } = await client.query({
  query: gql`
    query Inbox($first: Int!) {
      conversations(first: $first) {
        nodes { id unread contact { id name } lastMessage { id ... on TextMessage { text } } }
      }
    }`,
  variables: { first: 10 },
});
tell(inbox);

const changes = client.subscribe({
  query: gql`subscription { inbox { cursor kind conversation { id state } } }`,
});
const change = new Promise((next, error) => changes.subscribe({ next, error }));
// Nothing tells a client that it is being listened for.
await new Promise((resolve) => setTimeout(resolve, 1000));

const resolve = (conversation) =>
  client.mutate({
    mutation: gql`
      mutation Resolve($conversation: ID!) {
        conversationResolve(input: { conversation: $conversation }) {
          conversation { id state }
          userErrors { field code message }
        }
      }`,
    variables: { conversation },
  });
tell((await resolve("conversation_unknown")).data);
tell((await resolve(inbox.conversations.nodes[0].id)).data);
tell((await change).data);
// What the mutation brought stands in the cache, under the same id.
tell(client.cache.extract()[`Conversation:${inbox.conversations.nodes[0].id}`].state);
client.stop();
await live.dispose();
