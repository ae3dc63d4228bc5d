package im.it;

import static org.awaitility.Awaitility.await;

import im.client.ConnectionState;
import im.client.ImClient;
import im.client.ImClientResources;
import im.testkit.load.App;
import im.testkit.server.ClusterProcess;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Many clients as apps have them, with the reconnect times that the SDK has by itself; each knows all gateways. */
final class Crowd implements AutoCloseable {

    private final ImClientResources resources = ImClientResources.create(1);
    private final List<ImClient> clients = new ArrayList<>();
    private final AtomicInteger received = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();

    Crowd(ClusterProcess cluster, int count) {
        List<URI> endpoints = cluster.endpoints();
        for (int i = 0; i < count; i++) {
            ImClient client = ImClient.builder()
                    .endpoints(endpoints)
                    .token(cluster.tokens().of(TestServer.uid("crowd")))
                    .device("phone")
                    .resources(resources)
                    .messageListener(message -> received.incrementAndGet())
                    .stateListener(change -> {
                        if (change.previous() == ConnectionState.LIVE) {
                            lost.incrementAndGet();
                        }
                    })
                    .build();
            clients.add(client);
            var unused = client.connect();
        }
    }

    /** Waits until so many are connected and have all there is; prints how long that took. */
    void awaitLive(int count) {
        long began = System.nanoTime();
        await().pollInterval(Duration.ofMillis(50)).until(() -> live() >= count);
        System.out.println(count + " of " + clients.size() + " clients are live after "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began) + " ms");
    }

    private long live() {
        return clients.stream()
                .filter(client -> client.state() == ConnectionState.LIVE)
                .count();
    }

    /** Waits until so many times one has lost its connection. */
    void awaitLost(int times) {
        await().pollInterval(Duration.ofMillis(10)).until(() -> lost.get() >= times);
    }

    /** Each is written to, and gets it, once. */
    void assertThatAllAreReached(App sender) {
        int before = received.get();
        clients.forEach(client -> sender.send(client.uid(), "are you there"));
        await().until(() -> received.get() == before + clients.size());
    }

    @Override
    public void close() {
        clients.forEach(ImClient::close);
        resources.close();
    }
}
