package im.testkit.client;

import im.client.Content;
import im.client.Conversation;
import im.client.ImClient;
import im.client.ImClientResources;
import im.client.NewDeviceStart;
import im.client.OutgoingMessage;
import im.client.ReceivedMessage;
import im.client.SendOutcome;
import im.client.StateChange;
import im.client.WireFormat;
import im.protocol.ConversationKey;
import im.protocol.MessageId;
import im.testkit.history.BodyHash;
import im.testkit.history.DeviceRun;
import im.testkit.history.History;
import im.testkit.history.Outcome;
import im.testkit.history.Recorder;
import im.testkit.history.Start;
import java.net.URI;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One run of an app on the SDK that records all it does and sees. {@link #send} may be called from any thread; what two
 * threads send at once has the order in which it was recorded.
 */
public final class RecordingClient {
    private final Recorder recorder;
    private final ImClient client;
    private final Random ids;
    private final AtomicInteger unsettled = new AtomicInteger();
    private boolean connected;
    private volatile boolean live;

    /**
     * Who it is and where it connects.
     *
     * @param start told to the server as the start of a new device; {@link Start#RESUMED} is a later run
     * @param groups whether it takes part in groups
     * @param seed of the ids it makes and of its jitter
     */
    public record Profile(
            DeviceRun run,
            Start start,
            URI endpoint,
            WireFormat wire,
            String token,
            ImClientResources resources,
            boolean groups,
            long seed) {}

    private RecordingClient(History history, Profile profile) {
        recorder = history.recorder(profile.run());
        ids = new Random(profile.seed());
        ImClient.Builder builder = ImClient.builder()
                .endpoint(profile.endpoint())
                .wire(profile.wire())
                .token(profile.token())
                .device(profile.run().device())
                .newDeviceStart(
                        profile.start() == Start.NEW_FROM_HEADS ? NewDeviceStart.HEADS : NewDeviceStart.FIRST_HELD)
                .resources(profile.resources())
                .reconnectBackoff(Duration.ofMillis(20), Duration.ofMillis(300))
                .connectTimeout(Duration.ofSeconds(10))
                .random(new Random(profile.seed()))
                .messageListener(this::onMessage)
                .stateListener(this::onState);
        client = (profile.groups() ? builder.groups() : builder).build();
    }

    /** Starts the app; it does not connect yet. */
    public static RecordingClient open(History history, Profile profile) {
        RecordingClient client = new RecordingClient(history, profile);
        client.recorder.started(profile.start());
        return client;
    }

    public DeviceRun run() {
        return recorder.run();
    }

    public ImClient sdk() {
        return client;
    }

    public CompletableFuture<Void> connect() {
        return client.connect().toCompletableFuture();
    }

    public CompletableFuture<Void> disconnect() {
        return client.disconnect();
    }

    /** Connected, caught up, and told so. */
    public boolean live() {
        return live;
    }

    /** Sends that have no outcome yet. */
    public int unsettled() {
        return unsettled.get();
    }

    public CompletableFuture<SendOutcome> send(String peer, String text) {
        return send(OutgoingMessage.text(peer, text).withMessageId(newId()));
    }

    public CompletableFuture<SendOutcome> send(String peer, byte[] data) {
        return send(OutgoingMessage.data(peer, "application/octet-stream", data).withMessageId(newId()));
    }

    /** Sends a message that has an id. */
    public synchronized CompletableFuture<SendOutcome> send(OutgoingMessage message) {
        String id = message.messageId();
        if (id == null) {
            throw new IllegalArgumentException("a message without id");
        }
        long ref = recorder.invoked(peer(message.conversation()), id, hash(message.contentType(), message.content()));
        unsettled.incrementAndGet();
        return client.send(message).whenComplete((outcome, failure) -> {
            if (outcome != null) {
                settled(ref, outcome);
            }
            unsettled.decrementAndGet();
        });
    }

    public CompletableFuture<SendOutcome> send(Conversation conversation, byte[] data) {
        return send(OutgoingMessage.data(conversation, "application/octet-stream", data)
                .withMessageId(newId()));
    }

    /** As {@link im.testkit.history.Event#conversation} takes it. */
    private static String peer(Conversation conversation) {
        return conversation.isGroup() ? ConversationKey.group(conversation.id()).text() : conversation.peer();
    }

    private synchronized String newId() {
        return MessageId.create(System.currentTimeMillis(), ids).toString();
    }

    private void settled(long ref, SendOutcome outcome) {
        if (outcome instanceof SendOutcome.Accepted) {
            recorder.settled(ref, Outcome.ACCEPTED, "OK");
        } else if (outcome instanceof SendOutcome.Rejected rejected) {
            recorder.settled(ref, Outcome.REJECTED, rejected.code().name());
        } else {
            recorder.settled(ref, Outcome.UNKNOWN, "");
        }
    }

    /** Changes of membership are not part of the history. */
    private void onMessage(ReceivedMessage message) {
        if (message.membership() != null) {
            return;
        }
        recorder.calledBack(
                peer(message.conversation()),
                message.position(),
                -1,
                message.messageId(),
                message.sender(),
                hash(message.contentType(), message.content()),
                message.own(),
                false);
    }

    private void onState(StateChange change) {
        live = false;
        switch (change.current()) {
            case CATCHING_UP -> {
                connected = true;
                recorder.connected();
            }
            case LIVE -> {
                recorder.caughtUp();
                live = true;
            }
            case LAGGING -> recorder.lagged();
            case CONNECTING, WAITING, CLOSED -> {
                if (connected) {
                    connected = false;
                    recorder.disconnected();
                }
                if (change.closeCode() != 0 || !change.reason().isEmpty()) {
                    recorder.refused(Integer.toString(change.closeCode()), change.reason());
                }
            }
        }
    }

    private static String hash(String contentType, Content content) {
        return content instanceof Content.Text text
                ? BodyHash.ofText(contentType, text.value())
                : BodyHash.ofData(contentType, ((Content.Data) content).bytes());
    }

    /** Ends the app; every send has its outcome when this completes. */
    public CompletableFuture<Void> stop() {
        return client.shutdown().thenRun(() -> {
            live = false;
            recorder.stopped(true);
        });
    }
}
