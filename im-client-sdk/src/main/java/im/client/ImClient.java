package im.client;

import im.client.internal.transport.Endpoint;
import im.client.store.ClientStore;
import im.client.store.FileStore;
import im.client.store.StoredState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One device of one uid: keeps a connection to the gateway, sends, receives, and comes back by itself when the
 * connection is lost.
 *
 * <p><b>Threads.</b> Every method may be called from any thread and returns at once, except {@link #close()} and what
 * {@link #blocking()} offers. All state is confined to one event loop of the client's {@link ImClientResources};
 * listeners run on the callback executor, one call at a time. Futures complete on the event loop: hang no long work on
 * them without an executor.
 *
 * <p><b>Sending.</b> Every send ends in exactly one {@link SendOutcome}; futures never complete exceptionally. Sends to
 * one peer are accepted in the order of the calls. What was not answered is sent again, with the same message id, after
 * a reconnect, for half of the gateway's dedupe window; after that the conversation is read to its head, and the
 * outcome is Accepted if the message stands there, else Unknown.
 *
 * <p><b>Receiving.</b> One callback per (conversation, position) in one run of the app, in the order of the
 * conversation. With a {@linkplain Builder#store store} also across runs: what was acknowledged is never called back
 * again, what was called back and not acknowledged comes again {@linkplain ReceivedMessage#redelivered() marked}, and
 * sends without an outcome go on. Without one, give the same {@linkplain Builder#device device} to go on where the last
 * run acknowledged, or none to be a new device at each start.
 */
public final class ImClient implements AutoCloseable {
    private final ClientSession session;
    private final Blocking blocking;
    private final Presence presence;

    private ImClient(ClientSession session) {
        this.session = session;
        this.blocking = new Blocking(this);
        this.presence = new Presence(session);
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Connects and stays connected. Completes when everything missed until then was received; keeps retrying with
     * back-off until it does. Fails with {@link ImClientException} when the gateway refuses for good, and on
     * {@link #disconnect()} or {@link #shutdown()}. Called while connected or connecting, it is the same attempt;
     * called after a refusal for good or a disconnect, it starts anew.
     */
    public CompletionStage<Void> connect() {
        return session.connect();
    }

    /** Says goodbye, drops the connection and stays away until {@link #connect()}. Completes when the socket is gone. */
    public CompletableFuture<Void> disconnect() {
        return session.disconnect();
    }

    /**
     * Closes the socket without a word, as a failing network would; the client comes back as after any loss. For an app
     * that learns of a change of network before its socket does, and for tests. Without a connection it does nothing.
     */
    public void dropConnection() {
        session.dropConnection();
    }

    /**
     * Sends, or queues until connected (see {@link Builder#maxQueuedSends} and {@link Builder#queueWhileDisconnected}).
     * What can be seen to be wrong here (ids, size) is Rejected without being sent.
     */
    public CompletableFuture<SendOutcome> send(OutgoingMessage message) {
        return session.send(message);
    }

    /** Sends a text with a new message id. */
    public CompletableFuture<SendOutcome> send(String peer, String text) {
        return session.send(OutgoingMessage.text(peer, text));
    }

    /**
     * Sends what is worth something only now (somebody is typing): kept nowhere, never repeated, at most 4 KiB. Accepted
     * says that the gateway handed it on, whether anybody took it or not; without a connection it is Rejected at once.
     */
    public CompletableFuture<SendOutcome> sendTransient(OutgoingMessage message) {
        return session.sendTransient(message);
    }

    /**
     * The conversations of this uid, the most recently active first. Fails with {@link ImClientException} without a
     * connection, or when it is refused or lost; at most 64 questions of a client are open at a time.
     *
     * @param limit of this page, 1–200; 0 for the gateway's default
     * @param page {@link ConversationPage#next()} of the page before; empty for the first
     */
    public CompletableFuture<ConversationPage> conversations(int limit, String page) {
        return session.conversations(limit, page);
    }

    /**
     * The past of a conversation: the page that ends before a position. Moves no cursor, calls no listener back, and
     * fails as {@link #conversations} does.
     *
     * @param before a position; {@link Long#MAX_VALUE} for the newest page. {@code limit}: 1–500, 0 for the default
     */
    public CompletableFuture<HistoryPage> history(String peer, long before, int limit) {
        return session.history(peer, before, limit);
    }

    /** {@link #history(String, long, int)} of any conversation; of a group what stands where this uid was a member. */
    public CompletableFuture<HistoryPage> history(Conversation conversation, long before, int limit) {
        return session.history(conversation.text(), before, limit);
    }

    /** {@link #markRead(String, long)} of any conversation. */
    public void markRead(Conversation conversation, long position) {
        session.markRead(conversation.text(), position);
    }

    /** Groups and their members; with {@link Builder#groups()}. */
    public Groups groups() {
        return new Groups(session);
    }

    /**
     * A human has seen the conversation up to here, on whatever device. Best effort: without a connection the newest of
     * each conversation goes out with the next; one that the gateway refuses, or that is lost with its connection, is
     * not repeated.
     */
    public void markRead(String peer, long position) {
        session.markRead(Objects.requireNonNull(peer, "peer"), position);
    }

    /** Who is online. */
    public Presence presence() {
        return presence;
    }

    /** The same calls for callers that wait. */
    public Blocking blocking() {
        return blocking;
    }

    /** The uid that the token names, as the gateway told it; IllegalStateException before the first connection. */
    public String uid() {
        return session.uid();
    }

    public String device() {
        return session.device();
    }

    public ConnectionState state() {
        return session.state();
    }

    /** A snapshot of the counters; each is exact, together they are of nearly one moment. */
    public ClientMetrics stats() {
        return session.stats();
    }

    /**
     * Ends the client: says goodbye, closes the socket, settles every pending send (Unknown if it was ever written,
     * else Rejected; with a store Unknown: the next run goes on with it), and releases what the client made itself, and
     * the store. No callback starts after it completed. Idempotent.
     */
    public CompletableFuture<Void> shutdown() {
        return session.shutdown();
    }

    /**
     * Takes no more sends and makes no more callbacks; waits, as long as {@link Builder#closeTimeout} says, until what was
     * sent has its outcome and what the listeners have returned from is acknowledged and kept; then {@link
     * #shutdown()}, waiting at most 10 s more. Without a connection sends are not waited for. On the client's own event
     * loop it waits for nothing; a listener that calls it is not waited for.
     */
    @Override
    public void close() {
        session.close();
    }

    /** What a client is made of. Not thread-safe; every setting but endpoint or dispatcher, and token, has a default. */
    public static final class Builder {
        private List<Endpoint> endpoints = List.of();
        private @Nullable URI dispatcher;
        private WireFormat wire = WireFormat.PROTO;
        private @Nullable Supplier<CompletionStage<String>> tokens;
        private boolean tokensAreFresh;
        private @Nullable String device;
        private NewDeviceStart newDeviceStart = NewDeviceStart.FIRST_HELD;
        private @Nullable ImClientResources resources;
        private @Nullable Executor callbackExecutor;
        private MessageListener messageListener = message -> {};
        private ConnectionStateListener stateListener = change -> {};
        private TruncationListener truncationListener = truncation -> {};
        private OutcomeListener outcomeListener = (peer, outcome) -> {};
        private PresenceListener presenceListener = presence -> {};
        private @Nullable ReceiptListener receiptListener;
        private @Nullable TransientListener transientListener;
        private boolean groups;
        private @Nullable ClientStore store;
        private @Nullable Path storeFolder;
        private boolean manualAcknowledgement;
        private Duration closeTimeout = Duration.ofSeconds(5);
        private Duration heartbeat = Duration.ZERO;
        private Duration connectTimeout = Duration.ofSeconds(10);
        private int maxQueuedSends = 1_000;
        private boolean queueWhileDisconnected = true;
        private Duration reconnectMin = Duration.ofMillis(100);
        private Duration reconnectMax = Duration.ofSeconds(30);
        private int pollAfterFailures = 3;
        private Duration webSocketAgain = Duration.ofMinutes(1);
        private RandomGenerator random = new SplittableRandom();

        private Builder() {}

        /** {@code ws://host:port/v1/ws}, {@code tcp://host:port}, or {@code http://host:port/v1/poll} for long polling. */
        public Builder endpoint(URI endpoint) {
            return endpoints(List.of(endpoint));
        }

        /** Tried in turn, the next one after each failure. */
        public Builder endpoints(List<URI> endpoints) {
            this.endpoints = endpoints.stream().map(Endpoint::of).toList();
            return this;
        }

        /**
         * A dispatcher that tells the endpoints, {@code http://host:port/v1/endpoint} or https; {@code ?transport=tcp}
         * for TCP. Asked for the first connection and whenever one failed or was lost. While it does not answer, within
         * 3 s or half the connect timeout, the client goes by what it said last, or else by the {@linkplain #endpoints
         * endpoints} that it was given, which may be none.
         */
        public Builder dispatcher(URI url) {
            this.dispatcher = Objects.requireNonNull(url, "url");
            return this;
        }

        /** Default {@link WireFormat#PROTO}. {@link WireFormat#JSON} is not for TCP. */
        public Builder wire(WireFormat wire) {
            this.wire = wire;
            return this;
        }

        /** One token for the client's life; a gateway that refuses it ends the client's attempts. */
        public Builder token(String token) {
            Objects.requireNonNull(token, "token");
            this.tokens = () -> CompletableFuture.completedStage(token);
            this.tokensAreFresh = false;
            return this;
        }

        /**
         * Asked, on the event loop, for the first connection, when the gateway says that the token of the live
         * connection ends, before a connection whose token has ended, and once more after a refusal. Must not block; a stage that fails counts as a failed attempt and is asked again later.
         */
        public Builder tokenSupplier(Supplier<CompletionStage<String>> supplier) {
            this.tokens = Objects.requireNonNull(supplier, "supplier");
            this.tokensAreFresh = true;
            return this;
        }

        /**
         * 1–64 characters of {@code [A-Za-z0-9._@+=-]}; at most one live connection each. A device that is named here
         * may have a past, of which only the gateway knows: it goes on where it acknowledged. Default: a new one.
         */
        public Builder device(String device) {
            this.device = device;
            return this;
        }

        public Builder newDeviceStart(NewDeviceStart start) {
            this.newDeviceStart = start;
            return this;
        }

        /** Shared threads; whoever created them closes them, after the clients. Default: one loop of the client's own. */
        public Builder resources(ImClientResources resources) {
            this.resources = resources;
            return this;
        }

        /**
         * Where listeners run; calls of one client never overlap. Default: a pool of the resources. {@code
         * Runnable::run} is the event loop itself, for listeners that never block.
         */
        public Builder callbackExecutor(Executor executor) {
            this.callbackExecutor = executor;
            return this;
        }

        public Builder messageListener(MessageListener listener) {
            this.messageListener = listener;
            return this;
        }

        public Builder stateListener(ConnectionStateListener listener) {
            this.stateListener = listener;
            return this;
        }

        /** Told of what this device may have missed for good; default: nobody is. */
        public Builder truncationListener(TruncationListener listener) {
            this.truncationListener = listener;
            return this;
        }

        /** Told how sends of an earlier run have ended; only with a store. Default: nobody is. */
        public Builder outcomeListener(OutcomeListener listener) {
            this.outcomeListener = listener;
            return this;
        }

        /** Told how far others have what was sent; with none the gateway does not say. */
        public Builder receiptListener(ReceiptListener listener) {
            this.receiptListener = listener;
            return this;
        }

        /** Told who comes and goes of those whom {@link Presence#subscribe} names; default: nobody is. */
        public Builder presenceListener(PresenceListener listener) {
            this.presenceListener = listener;
            return this;
        }

        /** Given transient messages; with none the gateway sends none. */
        public Builder transientListener(TransientListener listener) {
            this.transientListener = listener;
            return this;
        }

        /** Takes part in groups; otherwise the gateway gives nothing of them, and takes nothing. */
        public Builder groups() {
            this.groups = true;
            return this;
        }

        /**
         * Keeps the device, its cursors and its open sends in this folder, which is for one client alone; see {@link
         * FileStore}. Default: nothing is kept.
         */
        public Builder storeFolder(Path folder) {
            this.storeFolder = folder;
            return this;
        }

        /** As {@link #storeFolder}, in a form of the app's own. The client closes it at its end. */
        public Builder store(ClientStore store) {
            this.store = store;
            return this;
        }

        /**
         * A message counts as taken when {@link ReceivedMessage#acknowledge()} is called on it, or on a later one of its
         * conversation, and not when the listener returns. What is not acknowledged is not called back again in this
         * run; without acknowledgements the gateway stops after a window of messages (512 unless it says otherwise).
         */
        public Builder manualAcknowledgement() {
            this.manualAcknowledgement = true;
            return this;
        }

        /** How long {@link ImClient#close()} lets what is under way come to its end. Default 5 s. */
        public Builder closeTimeout(Duration timeout) {
            this.closeTimeout = timeout;
            return this;
        }

        /** The heartbeat to ask for; the gateway decides. Default: the gateway's. */
        public Builder heartbeat(Duration heartbeat) {
            this.heartbeat = heartbeat;
            return this;
        }

        /** From the start of a connection to its Welcome; above it the attempt has failed. Default 10 s. */
        public Builder connectTimeout(Duration timeout) {
            this.connectTimeout = timeout;
            return this;
        }

        /** Sends that may be unsettled at a time, queued and unanswered; above it Rejected(OVERLOADED). Default 1 000. */
        public Builder maxQueuedSends(int sends) {
            this.maxQueuedSends = sends;
            return this;
        }

        /** Whether sends made without a connection wait for one (default) or are Rejected(UNAVAILABLE) at once. */
        public Builder queueWhileDisconnected(boolean queue) {
            this.queueWhileDisconnected = queue;
            return this;
        }

        /**
         * Back-off between attempts: a random time below a bound that doubles from {@code min} to {@code max}, and
         * falls back to {@code min} after a connection that lived. Default 100 ms to 30 s.
         */
        public Builder reconnectBackoff(Duration min, Duration max) {
            this.reconnectMin = min;
            this.reconnectMax = max;
            return this;
        }

        /**
         * Long polling for networks that let no WebSocket pass: after so many attempts in a row that reached somebody
         * and brought nothing; WebSocket is tried again beside it, each time after twice as long. Default 3, one minute.
         *
         * @param failures 0 for never
         * @param again until WebSocket is tried again, at most a quarter less; later up to sixteen times as long
         */
        public Builder pollingFallback(int failures, Duration again) {
            this.pollAfterFailures = failures;
            this.webSocketAgain = again;
            return this;
        }

        /** The source of jitter, used on the event loop only. */
        public Builder random(RandomGenerator random) {
            this.random = random;
            return this;
        }

        /**
         * Reads the store, if there is one.
         *
         * @throws IllegalArgumentException if a setting is missing or out of its bounds; the message names it
         * @throws IllegalStateException if what {@link WireFormat#JSON} needs is not on the class path
         * @throws UncheckedIOException if the store cannot be read, is in use, or belongs to another device
         */
        public ImClient build() {
            ClientStore opened = null;
            try {
                opened = storeFolder == null ? store : FileStore.open(storeFolder);
                return build(opened, opened == null ? StoredState.EMPTY : opened.load());
            } catch (IOException e) {
                ClientSession.closeQuietly(opened, e);
                throw new UncheckedIOException(e);
            } catch (RuntimeException e) {
                ClientSession.closeQuietly(opened, e);
                throw e;
            }
        }

        private ImClient build(@Nullable ClientStore opened, StoredState loaded) throws IOException {
            String known = loaded.device().device();
            if (device != null && !known.isEmpty() && !known.equals(device)) {
                throw new IllegalArgumentException("device: " + device + ", expected " + known + ", whose store it is");
            }
            boolean invented = device == null && known.isEmpty();
            String chosen = device != null ? device : invented ? "java-" + UUID.randomUUID() : known;
            ClientConfig config = new ClientConfig(
                    wire == WireFormat.JSON
                            ? endpoints.stream().map(Endpoint::inJson).toList()
                            : endpoints,
                    dispatcher,
                    wire == WireFormat.JSON,
                    new TokenSource(tokens, tokensAreFresh),
                    chosen,
                    invented,
                    newDeviceStart,
                    heartbeat,
                    connectTimeout,
                    maxQueuedSends,
                    queueWhileDisconnected,
                    reconnectMin,
                    reconnectMax,
                    closeTimeout,
                    manualAcknowledgement,
                    pollAfterFailures,
                    webSocketAgain,
                    random);
            Listeners listeners = new Listeners(
                    messageListener,
                    stateListener,
                    truncationListener,
                    outcomeListener,
                    presenceListener,
                    receiptListener,
                    transientListener,
                    groups);
            return new ImClient(ClientSession.open(config, resources, callbackExecutor, listeners, opened, loaded));
        }
    }
}
