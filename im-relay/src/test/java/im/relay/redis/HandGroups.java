package im.relay.redis;

import static im.relay.redis.HandRelay.await;

import im.protocol.codec.EnvelopeCodec;
import im.protocol.v1.MembershipChange;
import im.relay.Answers;
import im.relay.AppendOutcome.Refused;
import im.relay.AppendRequest;
import im.relay.GroupEffect;
import im.relay.GroupView;
import im.relay.GroupView.Groups;
import im.relay.IndexView;
import im.relay.LoggedMessage;
import im.relay.group.GroupAuthority;
import im.relay.group.GroupState;
import im.relay.group.GroupTerms;
import im.relay.group.Membership;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a relay, and a gateway before it, work out of groups, by what the view in Redis says. */
final class HandGroups {
    private final GroupView view;
    private final RedisGroupStore store;

    HandGroups(GroupView view, RedisGroupStore store) {
        this.view = view;
        this.store = store;
    }

    /** Null when it may be appended. */
    @Nullable Refused judge(int partition, AppendRequest request) {
        String group = request.conversation().group();
        MembershipChange change = EnvelopeCodec.membership(request.envelope());
        Groups known = await(view.groups(partition, Map.of(group, named(request.sender(), change, ""))));
        Map<String, Membership> members = known.members().getOrDefault(group, Map.of());
        GroupAuthority.Refusal refusal = GroupAuthority.judge(
                known.states().getOrDefault(group, GroupState.NONE),
                request.sender(),
                change,
                uid -> members.getOrDefault(uid, Membership.NEVER),
                uid -> Answers.<int[]>value(done -> store.counts(List.of(uid), Runnable::run, done))[0],
                GroupTerms.DEFAULT);
        return refusal == null ? null : new Refused(refusal.code(), refusal.text(), 0);
    }

    /** Of messages that stand in no view yet, rising. */
    List<GroupEffect> effects(int partition, List<LoggedMessage> messages) {
        Map<String, GroupState> states = new HashMap<>();
        Map<String, Map<String, Membership>> members = new HashMap<>();
        List<GroupEffect> effects = new ArrayList<>();
        for (LoggedMessage message : messages) {
            MembershipChange change =
                    message.conversation().isGroup() ? EnvelopeCodec.membership(message.envelope()) : null;
            if (change == null) {
                continue;
            }
            String group = message.conversation().group();
            GroupState before = states.computeIfAbsent(group, name -> state(partition, name));
            Map<String, Membership> known = members.computeIfAbsent(group, name -> new HashMap<>());
            Set<String> named = named(message.sender(), change, before.owner());
            named.removeAll(known.keySet());
            known.putAll(await(view.groups(partition, Map.of(group, named)))
                    .members()
                    .getOrDefault(group, Map.of()));
            GroupState.Effect effect = before.apply(
                    message.sender(), change, message.position(), uid -> known.getOrDefault(uid, Membership.NEVER));
            if (!effect.isNone(before)) {
                states.put(group, effect.state());
                known.putAll(effect.members());
                effects.add(new GroupEffect(
                        group, message.position(), message.acceptedMs(), effect.state(), effect.members()));
            }
        }
        return effects;
    }

    static List<IndexView.Entry> entries(GroupEffect effect) {
        List<IndexView.Entry> entries = new ArrayList<>();
        effect.members()
                .forEach((uid, after) -> entries.add(new IndexView.Entry(
                        uid,
                        im.protocol.ConversationKey.group(effect.group()),
                        effect.position(),
                        effect.timeMs(),
                        after.isMember())));
        return entries;
    }

    private GroupState state(int partition, String group) {
        return await(view.groups(partition, Map.of(group, Set.of()))).states().getOrDefault(group, GroupState.NONE);
    }

    private static Set<String> named(String sender, @Nullable MembershipChange change, String owner) {
        Set<String> named = new TreeSet<>(Set.of(sender));
        if (change != null) {
            named.addAll(change.getUidsList());
        }
        if (!owner.isEmpty()) {
            named.add(owner);
        }
        return named;
    }
}
