package im.testkit.checker;

import im.protocol.ConversationKey;
import im.testkit.history.DeviceRun;
import im.testkit.history.Event;
import im.testkit.history.Outcome;
import im.testkit.history.Start;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Makes histories that keep the contract: a random schedule of apps over a server of a few lines that does nothing
 * wrong. Positions are even, so that an odd one is free for a corruption.
 */
final class ModelServer {
    private static final List<String> UIDS = List.of("ann", "bob", "cy");

    private final Random random;
    private final List<Event> events = new ArrayList<>();
    private final Map<ConversationKey, List<Stored>> log = new LinkedHashMap<>();
    private final List<App> apps = new ArrayList<>();
    private long position;
    private long ref;
    private int ids;

    private record Stored(long position, long prev, String id, String sender, String body) {}

    private final class App {
        final String uid;
        final String device;
        final boolean acks;
        final boolean prevs;
        final Map<ConversationKey, Integer> next = new HashMap<>();
        final Map<ConversationKey, Integer> acked = new HashMap<>();
        final Map<String, Integer> given = new HashMap<>();
        int run;
        boolean connected;

        App(String uid, String device) {
            this.uid = uid;
            this.device = device;
            this.acks = random.nextBoolean();
            this.prevs = random.nextBoolean();
        }

        DeviceRun by() {
            return new DeviceRun(uid, device, run);
        }
    }

    private ModelServer(long seed) {
        this.random = new Random(seed);
    }

    static List<Event> history(long seed, int steps) {
        ModelServer server = new ModelServer(seed);
        for (String uid : UIDS) {
            server.start(server.new App(uid, "phone"));
            if (server.random.nextBoolean()) {
                server.start(server.new App(uid, "desk"));
            }
        }
        for (int i = 0; i < steps; i++) {
            server.step();
        }
        server.end();
        return server.events;
    }

    private long tick() {
        return events.size() * 1000L;
    }

    private void start(App app) {
        apps.add(app);
        app.run = 1;
        Start start = random.nextInt(3) == 0 ? Start.NEW_FROM_HEADS : Start.NEW_FROM_FIRST_HELD;
        events.add(new Event.Started(tick(), app.by(), start));
        if (start == Start.NEW_FROM_HEADS) {
            connect(app);
        }
    }

    private void step() {
        App app = apps.get(random.nextInt(apps.size()));
        int dice = random.nextInt(20);
        if (!app.connected) {
            connect(app);
        } else if (dice == 0) {
            disconnect(app);
        } else if (dice == 1) {
            restart(app);
        } else if (dice < 10) {
            send(app);
        } else {
            deliver(app);
        }
    }

    private void connect(App app) {
        app.connected = true;
        events.add(new Event.Connected(tick(), app.by()));
        drain(app);
        events.add(new Event.CaughtUp(tick(), app.by()));
    }

    private void disconnect(App app) {
        app.connected = false;
        events.add(new Event.Disconnected(tick(), app.by()));
    }

    private void restart(App app) {
        boolean orderly = random.nextBoolean();
        events.add(new Event.Stopped(tick(), app.by(), orderly));
        app.connected = false;
        app.run++;
        events.add(new Event.Started(tick(), app.by(), Start.RESUMED));
        if (app.acks) {
            app.next.clear();
            app.next.putAll(app.acked);
        } else {
            app.next.replaceAll((conversation, next) -> Math.max(0, next - random.nextInt(2)));
        }
    }

    private void end() {
        for (App app : apps.subList(1, apps.size())) {
            if (!app.connected) {
                connect(app);
            }
            drain(app);
        }
        if (apps.get(0).connected) {
            disconnect(apps.get(0));
        }
    }

    private void drain(App app) {
        while (deliver(app)) {
            app.connected = true;
        }
    }

    private boolean deliver(App app) {
        for (var entry : log.entrySet()) {
            int next = app.next.getOrDefault(entry.getKey(), 0);
            if (entry.getKey().includes(app.uid) && next < entry.getValue().size()) {
                give(app, entry.getKey(), entry.getValue().get(next));
                app.next.put(entry.getKey(), next + 1);
                if (app.acks && random.nextInt(3) > 0) {
                    app.acked.put(entry.getKey(), next + 1);
                    events.add(new Event.Acked(
                            tick(),
                            app.by(),
                            entry.getKey().peerOf(app.uid),
                            entry.getValue().get(next).position()));
                }
                return true;
            }
        }
        return false;
    }

    private void give(App app, ConversationKey conversation, Stored stored) {
        boolean again = app.given.merge(stored.id + stored.body, 1, Integer::sum) > 1;
        events.add(new Event.CalledBack(
                tick(),
                app.by(),
                conversation.peerOf(app.uid),
                stored.position,
                app.prevs ? stored.prev : -1,
                stored.id,
                stored.sender,
                stored.body,
                stored.sender.equals(app.uid),
                again));
    }

    private void send(App app) {
        String peer = UIDS.get(random.nextInt(UIDS.size()));
        String id = "m" + ids++;
        String body = "b" + random.nextInt(5);
        switch (random.nextInt(8)) {
            case 0 -> {
                invoke(app, peer, id, body);
                settle(app, Outcome.REJECTED, "OUT_OF_ORDER");
                accept(app, peer, id, body, true);
            }
            case 1 -> {
                invoke(app, peer, id, body);
                boolean there = random.nextBoolean();
                if (there) {
                    append(app, peer, id, body);
                }
                settle(app, Outcome.UNKNOWN, "");
                if (random.nextBoolean()) {
                    accept(app, peer, id, body, !there);
                }
            }
            case 2 -> {
                accept(app, peer, id, body, true);
                invoke(app, peer, id, body + "x");
                settle(app, Outcome.REJECTED, "CONFLICT");
            }
            case 3 -> {
                accept(app, peer, id, body, true);
                accept(app, peer, id, body, false);
            }
            default -> accept(app, peer, id, body, true);
        }
    }

    private void accept(App app, String peer, String id, String body, boolean append) {
        invoke(app, peer, id, body);
        if (append) {
            append(app, peer, id, body);
        }
        settle(app, Outcome.ACCEPTED, "OK");
    }

    private void invoke(App app, String peer, String id, String body) {
        events.add(new Event.Invoked(tick(), app.by(), ++ref, peer, id, body));
    }

    private void settle(App app, Outcome outcome, String code) {
        events.add(new Event.Settled(tick(), app.by(), ref, outcome, code));
    }

    private void append(App app, String peer, String id, String body) {
        ConversationKey conversation = ConversationKey.direct(app.uid, peer);
        List<Stored> stored = log.computeIfAbsent(conversation, c -> new ArrayList<>());
        long prev = stored.isEmpty() ? 0 : stored.get(stored.size() - 1).position;
        stored.add(new Stored(position += 2, prev, id, app.uid, body));
    }
}
