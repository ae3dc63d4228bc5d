package im.simulator.chat;

import im.client.ClientMetrics;
import im.client.ImClient;
import im.client.ImClientResources;
import im.simulator.access.Gateways;
import im.simulator.access.Tokens;
import im.simulator.ledger.Roster;
import im.simulator.report.ClientCounts;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** All clients of a run. Thread-safe. */
final class Fleet implements AutoCloseable {
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(5);
    private static final Duration SHORTEST_BACKOFF = Duration.ofMillis(100);

    private final ImClientResources resources;
    private final VirtualClient[] clients;
    private final Inbox inbox;

    Fleet(Cast cast, Gateways gateways, ChatPlan plan, Tokens tokens) {
        resources = ImClientResources.create(plan.loops());
        inbox = new Inbox(cast, this::client);
        Roster roster = cast.roster();
        clients = new VirtualClient[roster.devices()];
        for (int device = 0; device < clients.length; device++) {
            String uid = cast.names().uid(roster.userOf(device));
            ImClient.Builder builder = gateways.applyTo(ImClient.builder(), device)
                    .wire(plan.wire())
                    .tokenSupplier(() -> CompletableFuture.completedStage(tokens.tokenOf(uid)))
                    .device(cast.names().device(roster.ordinalOf(device)))
                    .resources(resources)
                    .callbackExecutor(Runnable::run)
                    .maxQueuedSends(Integer.MAX_VALUE)
                    .reconnectBackoff(SHORTEST_BACKOFF, LONGEST_BACKOFF);
            clients[device] =
                    new VirtualClient(device, cast.population().groups() > 0 ? builder.groups() : builder, inbox);
        }
    }

    int size() {
        return clients.length;
    }

    VirtualClient client(int device) {
        return clients[device];
    }

    Inbox inbox() {
        return inbox;
    }

    void leave(int device, boolean goodbye) {
        clients[device].leave(goodbye);
    }

    void comeBack(int device) {
        clients[device].sdk().connect();
    }

    void allComeBack() {
        for (VirtualClient client : clients) {
            client.sdk().connect();
        }
    }

    int live() {
        return count(VirtualClient::live);
    }

    private int count(Predicate<VirtualClient> which) {
        int count = 0;
        for (VirtualClient client : clients) {
            count += which.test(client) ? 1 : 0;
        }
        return count;
    }

    /** Why a client has no connection, as the rest of a sentence; empty if there is no such client. */
    String trouble() {
        for (VirtualClient client : clients) {
            if (!client.live() && !client.trouble().isEmpty()) {
                return ": " + client.trouble();
            }
        }
        return "";
    }

    ClientCounts counts() {
        long attempts = 0;
        long redelivered = 0;
        long unknownSeen = 0;
        long reconnects = 0;
        long truncations = 0;
        for (VirtualClient client : clients) {
            ClientMetrics counted = client.sdk().stats();
            attempts += counted.attempts();
            redelivered += counted.redeliveredOnWire();
            unknownSeen += counted.unknownSeen();
            reconnects += counted.reconnects();
            truncations += client.truncations();
        }
        return new ClientCounts(
                count(VirtualClient::reached), attempts, redelivered, unknownSeen, reconnects, truncations);
    }

    /** Says goodbye for all, and waits for it a few seconds at most. */
    @Override
    public void close() {
        CompletableFuture.allOf(Stream.of(clients)
                        .map(client -> client.sdk().shutdown())
                        .toArray(CompletableFuture[]::new))
                .completeOnTimeout(null, 5, TimeUnit.SECONDS)
                .exceptionally(failure -> null)
                .join();
        resources.close();
    }
}
