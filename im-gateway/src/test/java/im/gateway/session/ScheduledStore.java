package im.gateway.session;

import im.protocol.ConversationKey;
import im.protocol.codec.PlacedCodec;
import im.relay.ConversationStore;
import im.relay.CursorStore;
import im.relay.PlacedMessage;
import im.relay.ReadResult;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** A correct store of one device in memory, whose reads happen, and are answered, when the test's schedule says so. */
final class ScheduledStore implements ConversationStore, CursorStore {
    final Map<ConversationKey, List<PlacedMessage>> messages =
            new TreeMap<>(Comparator.comparing(ConversationKey::text));
    /** Every message that was ever shown, trimmed or not. */
    final Map<ConversationKey, List<Long>> placed = new HashMap<>();

    private final Map<ConversationKey, Long> heads = new HashMap<>();
    private final Map<ConversationKey, Long> floors = new HashMap<>();
    final Map<ConversationKey, Long> cursors = new HashMap<>();
    /** How far the uid has read. */
    final Map<ConversationKey, Long> reads = new HashMap<>();
    /** The heads of the last compare that the present connection got an answer to. */
    Map<ConversationKey, Long> comparedHeads = Map.of();
    /** Counts connections, so that a late answer to an old one is told apart. */
    int connection;

    final List<CompareRequest> compares = new ArrayList<>();

    /** The devices that were opened, in words, oldest first. */
    final List<String> opened = new ArrayList<>();

    /** The devices that were said to be in use, oldest first. */
    final List<String> touched = new ArrayList<>();

    boolean opensFail;
    /** Versions are answered at once, unlike everything else, unless a test wants them late too. */
    boolean versionsAreLate;

    long clockMs = 1;

    /** How far the view is in its log: a page says no more of what is complete. */
    long viewReached = Long.MAX_VALUE;
    /** Where a compare tells other heads than pages do, as an index that is ahead of the view, or behind it. */
    final Map<ConversationKey, Long> indexed = new HashMap<>();

    /** What was asked, in words, oldest first. */
    final List<String> asked = new ArrayList<>();

    private final List<Read<?>> unread = new ArrayList<>();
    private final List<Runnable> unanswered = new ArrayList<>();
    private final List<Runnable> cursorWrites = new ArrayList<>();
    private long last;

    private record Read<T>(Supplier<T> read, Executor lane, Consumer<ReadResult<T>> done) {
        Runnable execute() {
            T value = read.get();
            return () -> lane.execute(() -> done.accept(new ReadResult.Ok<>(value)));
        }

        Runnable failure() {
            return () -> lane.execute(() -> done.accept(new ReadResult.Failed<>("not now", 100)));
        }
    }

    PlacedMessage append(ConversationKey conversation, int step, int size) {
        PlacedMessage message = place(conversation, step, size);
        show(message);
        return message;
    }

    /** A message that has its place, but that no read shows until {@link #show}. */
    PlacedMessage place(ConversationKey conversation, int step, int size) {
        last += step;
        long prev = head(conversation);
        return new PlacedMessage(conversation, last, prev, PlacedCodec.encode(last, prev, envelope(size)));
    }

    void show(PlacedMessage message) {
        messages.computeIfAbsent(message.conversation(), c -> new ArrayList<>()).add(message);
        heads.merge(message.conversation(), message.position(), Math::max);
        placed.computeIfAbsent(message.conversation(), c -> new ArrayList<>()).add(message.position());
    }

    /** An Envelope with {@code data} of the size, as its bytes. */
    private static byte[] envelope(int size) {
        return im.protocol.v1.Envelope.newBuilder()
                .setData(com.google.protobuf.ByteString.copyFrom(new byte[size]))
                .build()
                .toByteArray();
    }

    long head(ConversationKey conversation) {
        return heads.getOrDefault(conversation, 0L);
    }

    void execute(int which) {
        if (!unread.isEmpty()) {
            unanswered.add(unread.remove(which % unread.size()).execute());
        }
    }

    /** The oldest read cannot be served; it is worth asking again after 100 ms. */
    void fail() {
        unanswered.add(unread.remove(0).failure());
    }

    void answer(int which) {
        if (!unanswered.isEmpty()) {
            unanswered.remove(which % unanswered.size()).run();
        }
    }

    void writeCursor() {
        if (!cursorWrites.isEmpty()) {
            cursorWrites.remove(0).run();
        }
    }

    boolean hasReads() {
        return !unread.isEmpty() || !unanswered.isEmpty();
    }

    boolean hasCursorWrites() {
        return !cursorWrites.isEmpty();
    }

    boolean isQuiet() {
        return unread.isEmpty() && unanswered.isEmpty() && cursorWrites.isEmpty();
    }

    @Override
    public void page(
            ConversationKey conversation,
            long after,
            int maxMessages,
            int maxBytes,
            Executor lane,
            Consumer<ReadResult<Page>> done) {
        asked.add("page " + conversation.text() + " after " + after);
        unread.add(new Read<>(() -> page(conversation, after, maxMessages, maxBytes), lane, done));
    }

    private Page page(ConversationKey conversation, long after, int maxMessages, int maxBytes) {
        List<PlacedMessage> found = new ArrayList<>();
        int bytes = 0;
        boolean more = false;
        for (PlacedMessage message : messages.getOrDefault(conversation, List.of())) {
            if (message.position() > after) {
                boolean fits = found.size() < maxMessages && bytes + message.placed().length <= maxBytes;
                if (!found.isEmpty() && !fits) {
                    more = true;
                    break;
                }
                found.add(message);
                bytes += message.placed().length;
            }
        }
        long head = head(conversation);
        return new Page(
                found,
                more,
                head,
                more ? found.get(found.size() - 1).position() : Math.min(viewReached, Math.max(after, head)),
                floor(conversation),
                firstHeld(conversation));
    }

    @Override
    public void pageBefore(
            ConversationKey conversation,
            long before,
            int maxMessages,
            int maxBytes,
            Executor lane,
            Consumer<ReadResult<Page>> done) {
        asked.add("page " + conversation.text() + " before " + before);
        unread.add(new Read<>(() -> pageBefore(conversation, before, maxMessages), lane, done));
    }

    private Page pageBefore(ConversationKey conversation, long before, int maxMessages) {
        List<PlacedMessage> held = messages.getOrDefault(conversation, List.of()).stream()
                .filter(message -> message.position() < before)
                .toList();
        List<PlacedMessage> found = held.subList(Math.max(0, held.size() - maxMessages), held.size());
        return new Page(
                found,
                found.size() < held.size(),
                head(conversation),
                before,
                floor(conversation),
                firstHeld(conversation));
    }

    /** The oldest messages go, up to a position. */
    void trim(ConversationKey conversation, long upTo) {
        messages.getOrDefault(conversation, new ArrayList<>()).removeIf(message -> message.position() <= upTo);
        floors.merge(conversation, upTo, Math::max);
    }

    long floor(ConversationKey conversation) {
        return floors.getOrDefault(conversation, 0L);
    }

    private long firstHeld(ConversationKey conversation) {
        List<PlacedMessage> list = messages.getOrDefault(conversation, List.of());
        return list.isEmpty() ? 0 : list.get(0).position();
    }

    @Override
    public void versions(List<String> uids, Executor lane, Consumer<ReadResult<long[]>> done) {
        asked.add("versions");
        Read<long[]> read =
                new Read<>(() -> uids.stream().mapToLong(uid -> version()).toArray(), lane, done);
        if (versionsAreLate) {
            unread.add(read);
        } else {
            read.execute().run();
        }
    }

    /** Of what is shown. */
    private long version() {
        return heads.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    @Override
    public void heads(HeadsRequest request, Executor lane, Consumer<ReadResult<HeadsRead>> done) {
        asked.add("heads");
        unread.add(new Read<>(() -> heads(request), lane, done));
    }

    private HeadsRead heads(HeadsRequest request) {
        List<ConversationHead> below = messages.keySet().stream()
                .filter(conversation -> head(conversation) < request.below())
                .sorted(Comparator.comparingLong((ConversationKey c) -> head(c)).reversed())
                .map(this::conversationHead)
                .toList();
        int shown = Math.min(request.limit(), below.size());
        return new HeadsRead(below.subList(0, shown), shown < below.size());
    }

    private ConversationHead conversationHead(ConversationKey conversation) {
        List<PlacedMessage> held = messages.getOrDefault(conversation, List.of());
        long read = reads.getOrDefault(conversation, 0L);
        int unreadMessages =
                (int) held.stream().filter(m -> m.position() > read).count();
        return new ConversationHead(
                conversation,
                head(conversation),
                firstHeld(conversation),
                cursors.getOrDefault(conversation, 0L),
                read,
                unreadMessages,
                held.isEmpty() ? null : held.get(held.size() - 1),
                7,
                6,
                head(conversation),
                null);
    }

    @Override
    public void raiseRead(String uid, ConversationKey conversation, long position, Executor lane, Runnable durable) {
        reads.merge(conversation, position, Math::max);
        lane.execute(durable);
    }

    @Override
    public void touch(String uid, String device) {
        touched.add(device);
    }

    @Override
    public void head(ConversationKey conversation, Executor lane, Consumer<ReadResult<Long>> done) {
        asked.add("head " + conversation.text());
        unread.add(new Read<>(() -> head(conversation), lane, done));
    }

    @Override
    public void compare(CompareRequest request, Executor lane, Consumer<ReadResult<Comparison>> done) {
        asked.add("compare");
        compares.add(request);
        int asker = connection;
        Map<ConversationKey, Long> heads = new HashMap<>();
        unread.add(new Read<>(() -> compare(request, heads), lane, result -> {
            if (asker == connection) {
                comparedHeads = heads;
            }
            done.accept(result);
        }));
    }

    private Comparison compare(CompareRequest request, Map<ConversationKey, Long> heads) {
        List<Behind> behind = new ArrayList<>();
        for (ConversationKey conversation : messages.keySet()) {
            long head = indexed.getOrDefault(conversation, head(conversation));
            heads.put(conversation, head);
            long stored = request.complete() ? 0 : cursors.getOrDefault(conversation, 0L);
            long base = request.known().getOrDefault(conversation, stored);
            boolean lost = head < base && request.known().containsKey(conversation) && viewReached < base;
            if (head > base || lost || request.wanted().contains(conversation)) {
                behind.add(new Behind(conversation, head, base, floor(conversation)));
            }
        }
        behind.sort(Comparator.comparingLong(Behind::head).reversed());
        return new Comparison(version(), clockMs, behind);
    }

    @Override
    public void open(String uid, String device, Start start, Executor lane, Consumer<ReadResult<Boolean>> done) {
        opened.add(uid + " " + device
                + (start == Start.HEADS ? " from heads" : start == Start.CURSORS ? " with cursors" : ""));
        boolean fails = opensFail;
        lane.execute(() -> done.accept(fails ? new ReadResult.Failed<>("not now", 100) : new ReadResult.Ok<>(false)));
    }

    @Override
    public void raise(
            String uid, String device, ConversationKey conversation, long position, Executor lane, Runnable durable) {
        cursorWrites.add(() -> {
            cursors.merge(conversation, position, Math::max);
            lane.execute(durable);
        });
    }
}
