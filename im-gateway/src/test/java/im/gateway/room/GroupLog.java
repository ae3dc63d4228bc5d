package im.gateway.room;

import im.gateway.session.UnaskedGroups;
import im.protocol.ConversationKey;
import im.protocol.codec.PlacedCodec;
import im.protocol.v1.Envelope;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.MembershipChange.Role;
import im.relay.ConversationStore.Page;
import im.relay.GroupPush;
import im.relay.PlacedMessage;
import im.relay.ReadResult;
import im.relay.group.GroupState;
import im.relay.group.Intervals;
import im.relay.group.Membership;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** One group's log in memory, as the store shows it: answers come on the lane, or fail as often as a test says. */
final class GroupLog extends UnaskedGroups {
    static final String GROUP = "g";
    private static final ConversationKey KEY = ConversationKey.group(GROUP);

    private final List<PlacedMessage> messages = new ArrayList<>();
    private final Map<String, Membership> members = new HashMap<>();
    private GroupState state = GroupState.NONE;
    private long position;

    /** Reads that fail before one succeeds. */
    int failures;

    /** What stands at or below it is held no more. */
    long floor;

    final List<String> reads = new ArrayList<>();

    /** What the relay pushes for a message that was said. */
    GroupPush say(String text) {
        return new GroupPush(place(Envelope.newBuilder().setSender("x").setText(text)), state.changedAt(), null);
    }

    /** What the relay pushes for a change, which has its effect at once. */
    GroupPush change(String sender, Kind kind, String... uids) {
        MembershipChange change = MembershipChange.newBuilder()
                .setKind(kind)
                .addAllUids(List.of(uids))
                .build();
        PlacedMessage message = place(Envelope.newBuilder().setSender(sender).setMembership(change));
        long before = state.changedAt();
        GroupState.Effect effect =
                state.apply(sender, change, message.position(), uid -> members.getOrDefault(uid, Membership.NEVER));
        state = effect.state();
        members.putAll(effect.members());
        Map<String, Role> roles = new HashMap<>();
        effect.members().forEach((uid, after) -> roles.put(uid, after.role()));
        return new GroupPush(message, state.changedAt(), new GroupPush.Change(before, roles, !state.isOpen()));
    }

    private PlacedMessage place(Envelope.Builder envelope) {
        long prev = position++;
        byte[] placed = PlacedCodec.encode(position, prev, envelope.build().toByteArray());
        PlacedMessage message = new PlacedMessage(KEY, position, prev, placed);
        messages.add(message);
        return message;
    }

    long head() {
        return position;
    }

    Standing stands(String uid) {
        return Standing.of(GROUP, uid, state, members.getOrDefault(uid, Membership.NEVER), position);
    }

    private <T> void answer(String what, Executor lane, Consumer<ReadResult<T>> done, Supplier<T> value) {
        reads.add(what);
        ReadResult<T> result =
                failures-- > 0 ? new ReadResult.Failed<>("as the test says", 100) : new ReadResult.Ok<>(value.get());
        lane.execute(() -> done.accept(result));
    }

    @Override
    public void standings(String group, List<String> uids, Executor lane, Consumer<ReadResult<List<Standing>>> done) {
        answer(
                "standings " + uids.size(),
                lane,
                done,
                () -> uids.stream().map(this::stands).toList());
    }

    @Override
    public void marks(List<String> groups, Executor lane, Consumer<ReadResult<List<Mark>>> done) {
        answer(
                "marks",
                lane,
                done,
                () -> groups.stream()
                        .map(group -> new Mark(position, state.changedAt()))
                        .toList());
    }

    @Override
    public void page(
            String group,
            String uid,
            long after,
            int maxMessages,
            int maxBytes,
            Executor lane,
            Consumer<ReadResult<Page>> done) {
        answer("page " + uid + " " + after, lane, done, () -> {
            Intervals own = members.getOrDefault(uid, Membership.NEVER).intervals(state.dissolvedAt());
            List<PlacedMessage> found = messages.stream()
                    .filter(one -> one.position() > Math.max(after, floor) && own.contains(one.position()))
                    .limit(maxMessages + 1L)
                    .toList();
            boolean more = found.size() > maxMessages;
            List<PlacedMessage> shown = more ? found.subList(0, maxMessages) : found;
            long head = own.atOrBelow(position);
            long complete = more ? shown.get(maxMessages - 1).position() : Math.max(after, head);
            return new Page(List.copyOf(shown), more, head, complete, own.atOrBelow(floor), 0);
        });
    }
}
