package im.client;

import com.google.protobuf.InvalidProtocolBufferException;
import im.client.internal.dispatch.DispatcherClient;
import im.client.internal.dispatch.EndpointChoice;
import im.client.internal.transport.Dialer;
import im.client.store.ClientStore;
import im.client.store.StoredState;
import im.protocol.Limits;
import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.Send;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's session: outlives its connections. Takes the calls of all threads, checks what can be checked on the
 * spot, and brings the rest to the event loop, where {@link Reconnector} and {@link Traffic} have all state. Nothing is
 * done on the loop from inside a caller's call, so that a future's callback may call anything.
 */
final class ClientSession {
    private static final Logger LOG = LoggerFactory.getLogger(ClientSession.class);
    /** On top of what the app allows for draining. */
    private static final long CLOSE_SECONDS = 10;
    /** At most half the time that a connection may take, so that some is left for it. */
    private static final Duration DISPATCHER_TIMEOUT = Duration.ofSeconds(3);

    private final ClientConfig config;
    private final ImClientResources resources;
    private final boolean ownResources;
    private final EventLoop loop;
    private final Timers timers;
    private final Kept kept;
    private final Traffic traffic;
    private final Reconnector reconnector;
    private final SessionView view = new SessionView();
    private final AtomicInteger unsettled = new AtomicInteger();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile boolean closing;
    private volatile boolean ending;

    /**
     * @param ownResources whether the client made them, and releases them at its end
     * @param store null to keep nothing
     * @param loaded what was in it
     * @throws InvalidProtocolBufferException if what was kept is none of this client's
     */
    ClientSession(
            ClientConfig config,
            ImClientResources resources,
            boolean ownResources,
            Executor callbackExecutor,
            Listeners listeners,
            @Nullable ClientStore store,
            StoredState loaded)
            throws InvalidProtocolBufferException {
        this.config = config;
        this.resources = resources;
        this.ownResources = ownResources;
        this.loop = resources.nextLoop();
        this.timers = new Timers(loop);
        this.kept = new Kept(loop, resources.stores(), store, loaded);
        this.traffic = new Traffic(
                loop,
                timers,
                config.random(),
                config.manualAcknowledgement(),
                kept,
                owner -> new Callbacks(loop, callbackExecutor, listeners, owner));
        traffic.restore(loaded);
        Dialer dialer = new Dialer(loop, resources.epoll(), resources.resolvers());
        this.reconnector =
                new Reconnector(config, loop, timers, dialer, traffic, kept, view, endpoints(), listeners.features());
        kept.onFailure(this::storeFailed);
    }

    /** On shared resources and executor, or where there are none, on its own. */
    static ClientSession open(
            ClientConfig config,
            @Nullable ImClientResources shared,
            @Nullable Executor callbackExecutor,
            Listeners listeners,
            @Nullable ClientStore store,
            StoredState loaded)
            throws IOException {
        ImClientResources used = shared == null ? ImClientResources.create(1) : shared;
        Executor callbacks = callbackExecutor == null ? used.callbacks() : callbackExecutor;
        try {
            return new ClientSession(config, used, shared == null, callbacks, listeners, store, loaded);
        } catch (IOException e) {
            if (shared == null) {
                used.release();
            }
            throw e;
        }
    }

    static void closeQuietly(@Nullable ClientStore opened, Exception cause) {
        try {
            if (opened != null) {
                opened.close();
            }
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    private EndpointChoice endpoints() {
        URI url = config.dispatcher();
        Duration half = config.connectTimeout().dividedBy(2);
        Duration timeout = half.compareTo(DISPATCHER_TIMEOUT) < 0 ? half : DISPATCHER_TIMEOUT;
        DispatcherClient dispatcher = url == null ? null : new DispatcherClient(resources::http, url, timeout);
        return new EndpointChoice(config.endpoints(), config.json(), dispatcher, loop);
    }

    /** What is kept stays as it is, so that nothing is told of it that a later run could disprove. */
    private void storeFailed() {
        traffic.end(String.valueOf(kept.failure()));
        reconnector.storeFailed();
    }

    CompletableFuture<Void> connect() {
        CompletableFuture<Void> connected = new CompletableFuture<>();
        boolean taken = onLoop(() -> {
            if (ending) {
                connected.completeExceptionally(new ImClientException(0, "client is shut down"));
            } else {
                reconnector.start(connected);
            }
        });
        if (!taken) {
            connected.completeExceptionally(new ImClientException(0, "client resources are closed"));
        }
        return connected;
    }

    CompletableFuture<Void> disconnect() {
        CompletableFuture<Void> gone = new CompletableFuture<>();
        boolean taken =
                onLoop(() -> reconnector.stop("disconnected").whenComplete((done, failure) -> gone.complete(null)));
        if (!taken) {
            gone.complete(null);
        }
        return gone;
    }

    void dropConnection() {
        onLoop(reconnector::cut);
    }

    CompletableFuture<SendOutcome> send(OutgoingMessage message) {
        String id = Outgoing.messageId(message);
        SendOutcome refusal = Outgoing.refusal(message, id, view.payloadLimit());
        if (refusal != null) {
            return CompletableFuture.completedFuture(refusal);
        }
        SendPromise promise = new SendPromise(id, unsettled::decrementAndGet);
        // Asked here and not on the loop: what was sent before close() was called is still to be taken there.
        boolean late = closing;
        if (unsettled.incrementAndGet() > config.maxQueuedSends()) {
            promise.rejected(Code.OVERLOADED, config.maxQueuedSends() + " sends are waiting");
        } else if (late) {
            promise.rejected(Code.UNAVAILABLE, "client is shut down");
        } else if (!config.queueWhileDisconnected() && !view.isConnected()) {
            promise.rejected(Code.UNAVAILABLE, "not connected");
        } else {
            Send send = Outgoing.send(message, id);
            if (!onLoop(() -> enqueue(send, promise))) {
                promise.rejected(Code.UNAVAILABLE, "client resources are closed");
            }
        }
        return promise.future;
    }

    private void enqueue(Send send, SendPromise promise) {
        String refusal = view.refusal();
        if (ending) {
            promise.rejected(Code.UNAVAILABLE, "client is shut down");
        } else if (refusal != null) {
            promise.rejected(Code.UNAVAILABLE, "connection refused for good: " + refusal);
        } else {
            traffic.send(send, promise);
        }
    }

    /** Not queued and not repeated: what has no answer when its connection ends is unknown. */
    CompletableFuture<SendOutcome> sendTransient(OutgoingMessage message) {
        String id = Outgoing.messageId(message);
        SendOutcome refusal = Outgoing.refusal(message, id, Limits.TRANSIENT_BYTES);
        if (refusal != null) {
            return CompletableFuture.completedFuture(refusal);
        }
        if (ending || closing || !view.isConnected()) {
            return CompletableFuture.completedFuture(
                    new SendOutcome.Rejected(id, ErrorCode.UNAVAILABLE, "not connected"));
        }
        Frame.Builder send = Frame.newBuilder()
                .setSend(Outgoing.send(message, id).toBuilder().setTransient(true));
        CompletableFuture<SendOutcome> outcome = new CompletableFuture<>();
        if (!onLoop(() -> pass(id, send, outcome))) {
            outcome.complete(new SendOutcome.Rejected(id, ErrorCode.UNAVAILABLE, "client resources are closed"));
        }
        return outcome;
    }

    private void pass(String id, Frame.Builder send, CompletableFuture<SendOutcome> outcome) {
        Requests requests = traffic.requests();
        if (requests.canAsk()) {
            requests.ask(send)
                    .whenComplete((answer, failure) -> outcome.complete(
                            answer != null
                                    ? Incoming.outcome(id, answer.getSendResult())
                                    : new SendOutcome.Unknown(id, String.valueOf(failure.getMessage()))));
        } else {
            outcome.complete(new SendOutcome.Rejected(
                    id, ErrorCode.UNAVAILABLE, "not connected, or too many questions are open"));
        }
    }

    CompletableFuture<ConversationPage> conversations(int limit, String page) {
        return ask(Frames.heads(limit, page), answer -> Incoming.conversations(answer.getHeadsPage(), traffic.uid()));
    }

    CompletableFuture<HistoryPage> history(String peer, long before, int limit) {
        return ask(
                Frames.history(peer, before, limit),
                answer -> Incoming.history(answer.getSyncPage(), peer, traffic.uid()));
    }

    /** Asks now, or fails. */
    <T> CompletableFuture<T> ask(Frame.Builder question, Function<Frame, T> read) {
        return answered(() -> traffic.requests().ask(question).thenApply(read));
    }

    <T> CompletableFuture<T> presence(Function<PresenceSubscriptions, CompletionStage<T>> action) {
        return answered(() -> action.apply(traffic.notices().presences()));
    }

    /** What comes of a call on the loop. */
    private <T> CompletableFuture<T> answered(Supplier<CompletionStage<T>> call) {
        CompletableFuture<T> done = new CompletableFuture<>();
        boolean taken = onLoop(() -> call.get().whenComplete((value, failure) -> {
            if (failure == null) {
                done.complete(value);
            } else {
                Throwable cause = failure.getCause();
                done.completeExceptionally(failure instanceof CompletionException && cause != null ? cause : failure);
            }
        }));
        if (!taken) {
            done.completeExceptionally(new ImClientException(0, "client resources are closed"));
        }
        return done;
    }

    void markRead(String peer, long position) {
        onLoop(() -> traffic.readMarks().mark(peer, position));
    }

    String uid() {
        String uid = view.uid();
        if (uid == null) {
            throw new IllegalStateException("not connected yet: the gateway tells the uid");
        }
        return uid;
    }

    String device() {
        return config.device();
    }

    ConnectionState state() {
        return view.state();
    }

    ClientMetrics stats() {
        return traffic.metrics(view.reconnects());
    }

    CompletableFuture<Void> shutdown() {
        if (!onLoop(this::end)) {
            traffic.end("client resources are closed");
            kept.abandon();
            release();
        }
        return ended.copy();
    }

    private void end() {
        if (ending) {
            return;
        }
        ending = true;
        CompletableFuture<Void> gone = reconnector.stop("shut down");
        traffic.end("client was shut down");
        timers.cancelAll();
        // Later on the loop, after what the lines above have put there: the last callbacks.
        gone.whenCompleteAsync((done, failure) -> kept.close(this::release), loop);
    }

    private void release() {
        if (ownResources) {
            resources.release().addListener(done -> ended.complete(null));
        } else {
            ended.complete(null);
        }
    }

    /** Lets what is under way come to its end, for a while, and shuts down. */
    void close() {
        if (loop.inEventLoop()) {
            shutdown();
            return;
        }
        try {
            drain();
            shutdown().get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            shutdown();
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("client did not end within " + CLOSE_SECONDS + " s", e);
        }
    }

    private void drain() throws InterruptedException {
        closing = true;
        CountDownLatch drained = new CountDownLatch(1);
        Thread by = Thread.currentThread();
        if (!ending && onLoop(() -> traffic.drain(by, drained::countDown))) {
            boolean inTime = drained.await(config.closeTimeout().toNanos(), TimeUnit.NANOSECONDS);
            LOG.debug("closing device={} drained={}", config.device(), inTime);
        }
    }

    /** False if the loop has ended; then nothing of this session runs any more. */
    private boolean onLoop(Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }
}
