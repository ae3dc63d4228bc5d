package im.client;

import im.client.internal.order.Heartbeat;
import im.client.internal.transport.Dialer;
import im.client.internal.transport.Endpoint;
import im.client.internal.transport.Link;
import im.client.internal.transport.LinkEnd;
import im.client.internal.transport.LinkListener;
import im.protocol.CloseReason;
import im.protocol.Limits;
import im.protocol.v1.Close;
import im.protocol.v1.Frame;
import im.protocol.v1.Hello;
import im.protocol.v1.Ping;
import im.protocol.v1.Pong;
import im.protocol.v1.Welcome;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection, from its dialling to its end: Hello and Welcome, heartbeat, and the frames in between. Event loop
 * only. What a frame means depends on the phase, which is the consumer that takes it: {@link #greet} until Welcome,
 * {@link #serve} after it, {@link #ignore} once it was retired.
 */
final class ClientConnection implements LinkListener {

    /** Who keeps the client connected; told of each step, and of the end exactly once. */
    interface Owner {
        void welcomed(ClientConnection connection, Welcome welcome);

        /** CaughtUp, Lagging, GoAway or Expiring; traffic goes to {@link Traffic}. */
        void signalled(ClientConnection connection, Frame signal);

        void ended(ClientConnection connection, Ending ending);
    }

    private static final int MIN_HEARTBEAT_MILLIS = 10;
    /** Where Welcome names none. */
    private static final int HEARTBEAT_MILLIS = 30_000;

    private final Owner owner;
    private final Endpoint endpoint;
    private final Traffic traffic;
    private final Timers timers;
    private final Hello hello;
    private final Link link;
    private final Timers.Timer connectTimeout;
    private final CompletableFuture<Void> gone = new CompletableFuture<>();

    private Consumer<Frame> phase = this::greet;
    private @Nullable Heartbeat heartbeat;
    private Timers.@Nullable Timer heartbeatTimer;
    private @Nullable Ending ending;
    private boolean helloSent;
    private boolean reached;
    private boolean told;
    private long lastRef;
    private long welcomedNanos;

    /** Dials at once; the owner hears of it later, never from inside this call. */
    ClientConnection(
            Owner owner,
            Traffic traffic,
            Timers timers,
            Dialer dialer,
            Endpoint endpoint,
            Hello hello,
            long connectTimeoutMillis) {
        this.owner = owner;
        this.endpoint = endpoint;
        this.traffic = traffic;
        this.timers = timers;
        this.hello = hello;
        this.link = dialer.dial(endpoint, this);
        this.connectTimeout = timers.after(
                connectTimeoutMillis, () -> link.abort("no Welcome within " + connectTimeoutMillis + " ms"));
    }

    /** Whether the gateway may have given this connection the place of the one before. */
    boolean isHelloSent() {
        return helloSent;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** There was a socket to somebody, and neither Welcome nor Close came of it: something on the way may be in it. */
    boolean wasBlocked() {
        return reached && heartbeat == null && ending == null;
    }

    /** Whether Hello announced Resume. */
    boolean toldCursors() {
        return hello.getClientCursors();
    }

    long livedMillis() {
        return heartbeat == null ? 0 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - welcomedNanos);
    }

    long nextRef() {
        return ++lastRef;
    }

    void write(Frame frame) {
        if (heartbeat != null) {
            heartbeat.wrote(System.nanoTime());
        }
        link.write(frame);
    }

    boolean isWritable() {
        return link.isWritable();
    }

    void reading(boolean on) {
        link.reading(on);
        if (heartbeat != null) {
            heartbeat.reading(on, System.nanoTime());
            beat();
        }
    }

    /**
     * Says goodbye and takes nothing more from it; the owner hears nothing of its end.
     *
     * @return completes when the socket is gone
     */
    CompletableFuture<Void> retire(String why) {
        told = true;
        end(why);
        return gone;
    }

    /** Closes the socket saying nothing; the owner is told of the end as of any other. */
    void cut() {
        link.abort("dropped by the app");
    }

    private void end(String why) {
        phase = this::ignore;
        connectTimeout.cancel();
        if (heartbeatTimer != null) {
            heartbeatTimer.cancel();
        }
        Close goodbye = Close.newBuilder()
                .setCode(CloseReason.NORMAL.code())
                .setText(why)
                .setReconnect(true)
                .build();
        link.close(Frame.newBuilder().setClose(goodbye).build(), CloseReason.NORMAL, why);
    }

    @Override
    public void opened() {
        helloSent = true;
        link.write(Frame.newBuilder().setRef(nextRef()).setHello(hello).build());
    }

    @Override
    public void bytesRead() {
        if (heartbeat != null) {
            heartbeat.read(System.nanoTime());
        }
    }

    @Override
    public void received(Frame frame) {
        phase.accept(frame);
    }

    @Override
    public void writable() {
        traffic.writable(this);
    }

    @Override
    public void ended(LinkEnd end) {
        reached = end.reached();
        phase = this::ignore;
        connectTimeout.cancel();
        if (heartbeatTimer != null) {
            heartbeatTimer.cancel();
        }
        tell(ending == null ? Ending.of(end) : ending);
        gone.complete(null);
    }

    private void tell(Ending how) {
        if (!told) {
            told = true;
            owner.ended(this, how);
        }
    }

    private void greet(Frame frame) {
        switch (frame.getBodyCase()) {
            case WELCOME -> welcomed(frame.getWelcome());
            case CLOSE -> closed(frame.getClose());
            case ERROR ->
                ending = new Ending(
                        0,
                        frame.getError().getText(),
                        true,
                        Math.max(0, frame.getError().getRetryAfterMs()),
                        0);
            default -> link.abort("frame before Welcome: " + frame.getBodyCase());
        }
    }

    private void welcomed(Welcome welcome) {
        if (welcome.getVersion() != Limits.VERSION) {
            link.abort("protocol version " + welcome.getVersion() + " was not offered");
            return;
        }
        connectTimeout.cancel();
        phase = this::serve;
        welcomedNanos = System.nanoTime();
        int named = welcome.getHeartbeatMs();
        int millis = named <= 0 ? HEARTBEAT_MILLIS : Math.max(MIN_HEARTBEAT_MILLIS, named);
        heartbeat = new Heartbeat(TimeUnit.MILLISECONDS.toNanos(millis), welcomedNanos);
        beat();
        owner.welcomed(this, welcome);
    }

    private void serve(Frame frame) {
        switch (frame.getBodyCase()) {
            case DELIVER -> traffic.deliver(frame.getDeliver());
            case SEND_RESULT, SYNC_PAGE, HEADS_PAGE, PRESENCE_LIST, GROUP_INFO, RENEWED, ERROR -> traffic.answer(frame);
            case RECEIPT -> traffic.notices().receipt(frame.getReceipt());
            case PRESENCE_EVENT -> traffic.notices().presences().event(frame.getPresenceEvent());
            case TRANSIENT -> traffic.notices().passing(frame.getTransient(), traffic.uid());
            case CAUGHT_UP, LAGGING, GO_AWAY, EXPIRING -> owner.signalled(this, frame);
            case PING -> write(pong(frame));
            case CLOSE -> closed(frame.getClose());
            default -> {
                // Pong was read, which is what it is for; what a later version sends is not for us.
            }
        }
    }

    private void ignore(Frame frame) {}

    private void closed(Close close) {
        Ending said = Ending.of(close);
        ending = said;
        end("");
        tell(said);
    }

    private static Frame pong(Frame ping) {
        return Frame.newBuilder()
                .setRef(ping.getRef())
                .setPong(Pong.newBuilder().setClientTimeMs(ping.getPing().getClientTimeMs()))
                .build();
    }

    /** Looks at the heartbeat and sets the timer for the next look. */
    private void beat() {
        Heartbeat beating = heartbeat;
        if (beating == null || told) {
            return;
        }
        if (heartbeatTimer != null) {
            heartbeatTimer.cancel();
        }
        long now = System.nanoTime();
        switch (beating.check(now)) {
            case DEAD -> {
                link.abort("the gateway is silent");
                return;
            }
            case PING ->
                write(Frame.newBuilder()
                        .setRef(nextRef())
                        .setPing(Ping.newBuilder().setClientTimeMs(System.currentTimeMillis()))
                        .build());
            case NOTHING -> {}
        }
        heartbeatTimer = timers.afterNanos(Math.max(1, beating.nextCheck() - now), this::beat);
    }
}
