package im.gateway.cluster;

import im.gateway.session.UnaskedGroups;
import im.protocol.ConversationKey;
import im.protocol.codec.EnvelopeCodec;
import im.protocol.codec.PlacedCodec;
import im.protocol.v1.MembershipChange;
import im.relay.AppendRequest;
import im.relay.ConversationStore.Page;
import im.relay.GroupEffect;
import im.relay.GroupView;
import im.relay.LogPosition;
import im.relay.PlacedMessage;
import im.relay.ReadResult;
import im.relay.group.GroupState;
import im.relay.group.Membership;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Groups as a log of one partition makes them, up to where a view has applied it. */
final class ModelGroups extends UnaskedGroups implements GroupView {
    final List<AppendRequest> log = new ArrayList<>();
    /** Messages of the log that the view has. */
    int applied;

    int reads;
    /** Times that the log's end was asked for. */
    int ends;
    /** Where pages were asked for, one for each. */
    final List<Executor> pageLanes = new ArrayList<>();

    boolean failing;
    private final Map<String, GroupState> states = new HashMap<>();
    private final Map<String, Map<String, Membership>> members = new HashMap<>();

    private static long position(int index) {
        return LogPosition.endOf(1, index);
    }

    void applyAll() {
        apply(log.size());
    }

    /** The view was lost, and has got as far as that again. */
    void buildAgain(int upTo) {
        states.clear();
        members.clear();
        applied = 0;
        apply(upTo);
    }

    private void apply(int upTo) {
        while (applied < upTo) {
            AppendRequest request = log.get(applied);
            String group = request.conversation().group();
            MembershipChange change = EnvelopeCodec.membership(request.envelope());
            if (change != null) {
                Map<String, Membership> of = members.computeIfAbsent(group, g -> new HashMap<>());
                GroupState.Effect effect = states.getOrDefault(group, GroupState.NONE)
                        .apply(
                                request.sender(),
                                change,
                                position(applied),
                                uid -> of.getOrDefault(uid, Membership.NEVER));
                states.put(group, effect.state());
                of.putAll(effect.members());
            }
            applied++;
        }
    }

    CompletionStage<Long> end(int partition) {
        ends++;
        return CompletableFuture.completedStage((long) log.size());
    }

    @Override
    public CompletionStage<Groups> groups(int partition, Map<String, Set<String>> asked) {
        reads++;
        if (failing) {
            return CompletableFuture.failedStage(new IllegalStateException("not now"));
        }
        Map<String, GroupState> some = new HashMap<>();
        Map<String, Map<String, Membership>> who = new HashMap<>();
        asked.forEach((group, uids) -> {
            some.put(group, states.getOrDefault(group, GroupState.NONE));
            Map<String, Membership> of = new HashMap<>();
            uids.forEach(uid -> of.put(uid, member(group, uid)));
            who.put(group, of);
        });
        return CompletableFuture.completedStage(new Groups(applied == 0 ? 0 : position(applied - 1), some, who));
    }

    private Membership member(String group, String uid) {
        return members.getOrDefault(group, Map.of()).getOrDefault(uid, Membership.NEVER);
    }

    @Override
    public void counts(List<String> uids, Executor lane, Consumer<ReadResult<int[]>> done) {
        int[] counts = uids.stream()
                .mapToInt(uid -> (int) members.keySet().stream()
                        .filter(group -> member(group, uid).isMember())
                        .count())
                .toArray();
        done.accept(new ReadResult.Ok<>(counts));
    }

    @Override
    public void groupsOf(String uid, Executor lane, Consumer<ReadResult<List<Standing>>> done) {
        List<Standing> open = members.keySet().stream()
                .filter(group -> member(group, uid).isMember()
                        && states.getOrDefault(group, GroupState.NONE).isOpen())
                .map(group -> standing(group, uid))
                .toList();
        done.accept(new ReadResult.Ok<>(open));
    }

    private Standing standing(String group, String uid) {
        return Standing.of(group, uid, states.getOrDefault(group, GroupState.NONE), member(group, uid), 0);
    }

    @Override
    public void pageBefore(
            String group,
            String uid,
            long before,
            int maxMessages,
            int maxBytes,
            Executor lane,
            Consumer<ReadResult<Page>> done) {
        pageLanes.add(lane);
        List<PlacedMessage> messages = new ArrayList<>();
        long dissolvedAt = states.getOrDefault(group, GroupState.NONE).dissolvedAt();
        for (int i = 0; i < applied; i++) {
            AppendRequest one = log.get(i);
            if (one.conversation().equals(ConversationKey.group(group))
                    && member(group, uid).intervals(dissolvedAt).contains(position(i))) {
                byte[] placed = PlacedCodec.encode(position(i), 0, one.envelope());
                messages.add(new PlacedMessage(one.conversation(), position(i), 0, placed));
            }
        }
        lane.execute(() -> done.accept(new ReadResult.Ok<>(new Page(messages, false, 0, 0, 0, 0))));
    }

    @Override
    public CompletionStage<Boolean> restore(
            int partition, long expected, String attempt, boolean begins, List<GroupEffect> effects) {
        throw new UnsupportedOperationException("only a relay restores");
    }
}
