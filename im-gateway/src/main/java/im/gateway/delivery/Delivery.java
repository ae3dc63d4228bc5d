package im.gateway.delivery;

import im.gateway.connection.Connection;
import im.gateway.connection.Loop;
import im.gateway.service.SessionServices;
import im.protocol.ConversationKey;
import im.protocol.Limits;
import im.protocol.v1.Frame;
import im.protocol.v1.GroupQuery;
import im.protocol.v1.Lagging;
import im.relay.ConversationStore.Behind;
import im.relay.ConversationStore.CompareRequest;
import im.relay.ConversationStore.Comparison;
import im.relay.ConversationStore.HeadsRequest;
import im.relay.ConversationStore.Page;
import im.relay.PlacedMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings one device what it has not got. While <em>streaming</em>, conversations that are behind are read from the store
 * page by page through the window; once none is behind, CaughtUp is written and pushes are written as they come
 * (<em>live</em>). A push that finds no room takes the session back to streaming, said once by Lagging.
 *
 * <p>One read of the store is under way at a time, so that its answer needs no number (D37): {@link #pump} decides which
 * is next. Rules D24–D34 are named where they decide. Event loop only.
 */
public final class Delivery {
    private final SessionServices services;
    private final Connection connection;
    private final String uid;
    private final String device;
    private final @Nullable Consumer<List<String>> ofGroups;
    private final Runnable caughtUp;

    private final Map<ConversationKey, ConversationProgress> conversations = new HashMap<>();
    private final BehindQueue behind = new BehindQueue();
    private final Window window;
    private final DeliveryFrames frames;
    private final ReaderPages readerPages;
    private final OneRead reads;
    private final OutboundRoom room;
    private final PageAnswers pages;
    private final Repush repush;
    private final HeadReads headReads;
    private final Patience patience;

    /** Whether the numbers are the device's own, all of them, and held since Hello; false in a woken session. */
    private boolean clientCursors;

    private boolean started;
    private boolean live;
    private boolean compareNeeded;
    private boolean historyTruncated;

    /** Of the last compare: if the session becomes a row, everything up to it was written and acknowledged (D27). */
    private long version;

    private long completeAsOfMs;

    private Delivery(
            SessionServices services,
            Connection connection,
            String uid,
            String device,
            @Nullable Consumer<List<String>> ofGroups,
            Runnable caughtUp) {
        this.services = services;
        this.connection = connection;
        this.uid = uid;
        this.device = device;
        this.ofGroups = ofGroups;
        this.caughtUp = caughtUp;
        this.readerPages = new ReaderPages(services, uid);
        this.frames = new DeliveryFrames(connection, uid, services.metrics());
        this.window =
                new Window(services.terms().windowMessages(), services.terms().windowBytes());
        this.reads = new OneRead(connection.loop(), this::pump);
        this.room = new OutboundRoom(connection, this::pump);
        this.pages = new PageAnswers(
                services, readerPages, reads, room, frames, connection.wire().placedBudget() - 4096, uid, device);
        this.repush = new Repush(services, readerPages, connection, window, reads, room);
        this.headReads = new HeadReads(services.store(), readerPages, connection.loop());
        this.patience =
                new Patience(connection.loop(), services.terms().heartbeat().toMillis());
    }

    /**
     * For a session that was just welcomed: it streams as soon as {@link #start} tells where from.
     *
     * @param ofGroups given those in which it is behind; null where it is given nothing that stands in groups
     */
    public static Delivery afterHello(
            SessionServices services,
            Connection connection,
            String uid,
            String device,
            @Nullable Consumer<List<String>> ofGroups,
            Runnable caughtUp) {
        return new Delivery(services, connection, uid, device, ofGroups, caughtUp);
    }

    /**
     * For an idle session that was woken: it is live, and knows no number (D28).
     *
     * @param version the row's
     */
    public static Delivery woken(
            SessionServices services,
            Connection connection,
            String uid,
            String device,
            @Nullable Consumer<List<String>> ofGroups,
            long version) {
        Delivery delivery = new Delivery(services, connection, uid, device, ofGroups, () -> {});
        delivery.version = version;
        delivery.started = true;
        delivery.live = true;
        return delivery;
    }

    /** The device's own number for one conversation, from Resume; it counts even if it is below the stored copy (D21). */
    public void resume(ConversationKey conversation, long position) {
        ConversationProgress progress = progress(conversation);
        progress.know(position);
        progress.resumed = position;
    }

    /** How many conversations this session holds numbers for. */
    public int size() {
        return conversations.size();
    }

    /**
     * Until when the device has been told that nothing is missing; one that stayed away for longer than messages are
     * held cannot be told that any more (D20).
     *
     * @param asOfMs 0 where it has no such time
     */
    public void resumeCompleteAsOf(long asOfMs) {
        long held = services.terms().retention().time().toMillis();
        historyTruncated |= asOfMs > 0 && services.clock().millis() - asOfMs > held;
    }

    /**
     * Starts catch-up.
     *
     * @param withClientCursors whether what {@link #resume} brought is all the device has; otherwise the stored cursors
     *     count
     */
    public void start(boolean withClientCursors) {
        clientCursors = withClientCursors;
        started = true;
        compareNeeded = true;
        pump();
    }

    /** Whether Resume frames may still come. */
    public boolean awaitsResume() {
        return !started;
    }

    /** A message for this device was committed. */
    public void push(PlacedMessage message) {
        push(message, null);
    }

    /** @param shared its frame, encoded once for many; null where it is this session's alone */
    public void push(PlacedMessage message, @Nullable SharedFrame shared) {
        ConversationProgress progress = conversations.get(message.conversation());
        if (!live) {
            pushWhileStreaming(progress, message.position());
        } else if (progress != null && progress.queued) {
            need(progress, message.position());
        } else if (progress == null || !progress.isKnown()) {
            pushIntoUnknown(progress, message, shared);
        } else if (message.position() <= progress.written) {
            services.metrics().latePush();
        } else if (message.prev() > progress.written) {
            behind.enqueue(progress);
            need(progress, message.position());
        } else if (hasRoom(message)) {
            writeLive(progress, message, shared);
            progress.written = message.position();
        } else {
            need(progress, message.position());
            behind.enqueue(progress);
            lag();
        }
        pump();
    }

    /** D24: what cannot be written now raises what the conversation must reach. */
    private void pushWhileStreaming(@Nullable ConversationProgress progress, long position) {
        if (progress == null || !progress.isKnown()) {
            compareNeeded = true;
        } else if (position > progress.written) {
            behind.enqueue(progress);
            need(progress, position);
        }
    }

    /** D28: forwards, and remembers what must be proved; what does not fit asks for a compare and never lags. */
    private void pushIntoUnknown(
            @Nullable ConversationProgress existing, PlacedMessage message, @Nullable SharedFrame shared) {
        ConversationProgress progress = existing != null ? existing : progress(message.conversation());
        if (progress.hasForwarded() && message.position() <= progress.forwardedLast) {
            services.metrics().latePush();
            return;
        }
        boolean hole = progress.hasForwarded() && message.prev() > progress.forwardedLast;
        if (hole || !hasRoom(message)) {
            compareNeeded = true;
            return;
        }
        writeLive(progress, message, shared);
        if (!progress.hasForwarded()) {
            progress.forwardedPrev = message.prev();
        }
        progress.forwardedLast = message.position();
    }

    private void need(ConversationProgress progress, long position) {
        compareNeeded |= !behind.need(progress, position);
    }

    private void lag() {
        live = false;
        compareNeeded = true;
        services.metrics().lagging();
        frames.say(Frame.newBuilder().setLagging(Lagging.getDefaultInstance()).build());
    }

    /** Decides what is read or said next; called whenever something changed that could let it go on. */
    public void pump() {
        if (!started || !reads.mayBegin() || (room.isBelowLowWater() && (pages.answerNext() || repushNext()))) {
            return;
        }
        if (compareNeeded) {
            readHeads();
        } else if (!behind.isEmpty()) {
            if (mayStream()) {
                readPage(behind.first());
            }
        } else if (!live && !patience.isWaiting()) {
            live = true;
            frames.caughtUp(completeAsOfMs, historyTruncated);
            historyTruncated = false;
            caughtUp.run();
        }
    }

    private boolean mayStream() {
        int largest = Limits.PAYLOAD_BYTES + 1024;
        return room.isBelowLowWater()
                && window.roomMessages() > 0
                && window.roomBytes() >= largest
                && room.hasOrWaits(largest);
    }

    /** A version of the uid's index that differs, either way, means: compare (D25, D27, D30). */
    public void tailChecked(long current) {
        if (live && current != version && !compareNeeded) {
            compareNeeded = true;
            pump();
        }
    }

    public long version() {
        return version;
    }

    /** The wheel came round: time for what stays unacknowledged (D32). */
    public void tick() {
        if (repush.collectDue(conversations.values())) {
            pump();
        }
    }

    private boolean repushNext() {
        return repush.readNext((progress, page, messages) -> {
            if (page.isTruncatedAfter(progress.unacknowledged.first() - 1)) {
                truncate(progress, page.floor());
                frames.streamed(progress.conversation, messages, !live, page.floor());
            } else {
                frames.streamed(progress.conversation, messages, !live, 0);
            }
        });
    }

    private void readHeads() {
        compareNeeded = false;
        Map<ConversationKey, Long> known = new HashMap<>();
        List<ConversationKey> wanted = new ArrayList<>();
        for (ConversationProgress progress : conversations.values()) {
            if (progress.isKnown()) {
                known.put(progress.conversation, progress.written);
            } else if (progress.hasForwarded()) {
                wanted.add(progress.conversation);
            }
        }
        CompareRequest request = new CompareRequest(
                uid, device, Map.copyOf(known), clientCursors, List.copyOf(wanted), ofGroups != null);
        services.store().compare(request, loop(), reads.<Comparison>awaited(this::onHeads, () -> compareNeeded = true));
    }

    private void onHeads(Comparison comparison) {
        version = comparison.version();
        patience.withView(!live && comparison.asOfMs() == 0, this::compareAgain);
        completeAsOfMs = comparison.asOfMs();
        for (Behind entry : comparison.behind()) {
            ConversationProgress progress = progress(entry.conversation());
            if (!progress.isKnown()) {
                progress.learn(entry.base(), window);
            }
            if (progress.isTold(entry.head())) {
                behind.enqueue(progress);
            }
        }
        if (ofGroups != null) {
            ofGroups.accept(comparison.groupsBehind());
        }
    }

    private void readPage(ConversationProgress progress) {
        int bytes = Math.min(connection.wire().placedBudget(), window.roomBytes());
        readerPages.page(
                progress.conversation,
                progress.written,
                window.roomMessages(),
                bytes,
                loop(),
                reads.<Page>awaited(page -> onPage(progress, page), () -> {}));
    }

    private void onPage(ConversationProgress progress, Page page) {
        PageCut cut = PageCut.of(page, progress.written, window, room::has);
        if (cut.truncatedUpTo() > 0) {
            truncate(progress, cut.truncatedUpTo());
        }
        for (PlacedMessage message : cut.fresh()) {
            sent(progress, message);
            progress.written = message.position();
        }
        frames.streamed(progress.conversation, cut.fresh(), !live, cut.truncatedUpTo());
        behind.take(progress);
        goOn(progress, page.more() || cut.isShort(), cut.isNothing(), page.completeUpTo());
    }

    private void goOn(ConversationProgress progress, boolean more, boolean nothing, long complete) {
        if (more) {
            progress.fruitless = 0;
            behind.putBack(progress);
        } else if (progress.isReached(complete)) {
            behind.settle(progress);
        } else if (nothing) {
            // A push, or the index, was faster than the view.
            patience.withPage(progress, () -> {
                behind.putBack(progress);
                pump();
            });
        } else {
            behind.putBack(progress);
        }
    }

    /** Heads are to be compared once more. */
    public void compareAgain() {
        compareNeeded = true;
        pump();
    }

    /** What stood up to here is held no more; the device is told with the frame that follows. */
    private void truncate(ConversationProgress progress, long upTo) {
        progress.unacknowledged.dropUpTo(upTo, window);
        progress.largestSent = Math.max(progress.largestSent, upTo);
        progress.written = Math.max(progress.written, upTo);
        services.metrics().truncated();
    }

    private void writeLive(ConversationProgress progress, PlacedMessage message, @Nullable SharedFrame shared) {
        sent(progress, message);
        frames.live(message, shared);
    }

    private void sent(ConversationProgress progress, PlacedMessage message) {
        progress.largestSent = Math.max(progress.largestSent, message.position());
        progress.unacknowledged.add(message.position(), message.placed().length, window);
    }

    /** D33: answered before the stream and outside the window, one page at a time. */
    public void sync(SyncRequest request) {
        pages.sync(request, this::onSyncPage);
        pump();
    }

    /** The list of conversations; answered as a page is. */
    public void heads(long ref, HeadsRequest request) {
        pages.heads(ref, request);
        pump();
    }

    /** What a group is, and who is in it; answered as a page is. */
    public void group(long ref, GroupQuery query) {
        pages.group(ref, query);
        pump();
    }

    public int waitingPages() {
        return pages.waiting();
    }

    /** D29, D33: a page is something sent; one that joins on to W raises it. */
    private void onSyncPage(SyncRequest request, Page page) {
        long last = request.told(page);
        if (last > 0) {
            progress(request.conversation()).pageWritten(last, request.isBackwards() ? last : request.after());
        }
    }

    /**
     * Whether an acknowledgement is surely honest, surely not, or needs the conversation's head to tell (D29).
     */
    public AckVerdict judge(ConversationKey conversation, long position) {
        ConversationProgress progress = conversations.get(conversation);
        if (progress != null && position <= progress.largestSent) {
            return AckVerdict.HONEST;
        }
        boolean known = progress != null && clientCursors && position > progress.resumed;
        return known ? AckVerdict.TOO_HIGH : AckVerdict.ASK_HEAD;
    }

    /** Takes an acknowledgement that was judged honest; tells whether it says more than the last one. */
    public boolean acknowledge(ConversationKey conversation, long position) {
        ConversationProgress progress = conversations.get(conversation);
        boolean raised = progress == null || position > progress.acknowledged;
        if (progress != null) {
            progress.acknowledge(position, window);
            if (raised) {
                repush.startAgain(progress);
            }
        }
        pump();
        return raised;
    }

    /** Asks the store outside the stream's order. */
    public HeadReads headReads() {
        return headReads;
    }

    /** Whether nothing is left that a row could not hold (D27); blocks of failed sends are asked for elsewhere. */
    public boolean isQuiet() {
        return live
                && !reads.isUnderWay()
                && headReads.underWay() == 0
                && !compareNeeded
                && behind.isEmpty()
                && !patience.isWaiting()
                && pages.waiting() == 0
                && window.isEmpty();
    }

    public void close() {
        reads.close();
        headReads.close();
    }

    @Override
    public String toString() {
        return "live=" + live + " reading=" + reads.isUnderWay() + " heads=" + headReads.underWay() + " compareNeeded="
                + compareNeeded + " behind=" + behind.size() + " pages=" + pages.waiting() + " " + window;
    }

    private boolean hasRoom(PlacedMessage message) {
        return room.has(message.placed().length) && window.hasRoom(message.placed().length);
    }

    private ConversationProgress progress(ConversationKey conversation) {
        return conversations.computeIfAbsent(conversation, ConversationProgress::new);
    }

    private Loop loop() {
        return connection.loop();
    }
}
