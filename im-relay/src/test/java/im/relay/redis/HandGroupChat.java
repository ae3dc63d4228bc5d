package im.relay.redis;

import static im.relay.Answers.append;
import static im.relay.Answers.value;
import static im.relay.redis.HandRelay.await;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.MessageId;
import im.protocol.codec.EnvelopeCodec;
import im.protocol.v1.Conversation;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.Send;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import im.relay.ConversationStore.Page;
import im.relay.LoggedMessage;
import im.relay.PlacedMessage;
import im.relay.Requests;
import im.relay.group.GroupState;
import im.relay.group.Membership;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What uids say and do in one group, through a {@link HandRelay}. */
final class HandGroupChat {
    final String group;
    final ConversationKey conversation;
    final int partition;
    private final HandRelay relay;
    private long ids;

    HandGroupChat(HandRelay relay, String group) {
        this.relay = relay;
        this.group = group;
        this.conversation = ConversationKey.group(group);
        this.partition = relay.partitions.of(conversation);
    }

    AppendRequest message(String sender, String text) {
        return request(sender, Send.newBuilder().setText(text));
    }

    AppendRequest change(String sender, Kind kind, List<String> uids) {
        return request(
                sender,
                Send.newBuilder()
                        .setMembership(MembershipChange.newBuilder()
                                .setKind(kind)
                                .setTitle(kind == Kind.CREATED ? "A group – ein Grüppchen" : "")
                                .addAllUids(uids)
                                .build()));
    }

    private AppendRequest request(String sender, Send.Builder body) {
        MessageId id = new MessageId(0x7000, ++ids);
        Send send = body.setMessageId(id.toString())
                .setConversation(Conversation.newBuilder().setGroup(group))
                .build();
        return new AppendRequest(
                conversation,
                sender,
                id,
                EnvelopeCodec.requestHash(send),
                ids,
                EnvelopeCodec.encode(send, sender, "d", ids));
    }

    /** Where it stands. */
    long say(String sender, String text) {
        return take(message(sender, text));
    }

    long does(String sender, Kind kind, String... uids) {
        return take(change(sender, kind, List.of(uids)));
    }

    private long take(AppendRequest request) {
        assertThat(append(relay, request).get(0)).isInstanceOf(AppendOutcome.Accepted.class);
        List<LoggedMessage> log = relay.log.getOrDefault(partition, List.of());
        return log.get(log.size() - 1).position();
    }

    GroupState state() {
        return await(relay.groupView.groups(partition, Map.of(group, Set.of())))
                .states()
                .getOrDefault(group, GroupState.NONE);
    }

    Membership membership(String uid) {
        return await(relay.groupView.groups(partition, Map.of(group, Set.of(uid))))
                .members()
                .getOrDefault(group, Map.of())
                .getOrDefault(uid, Membership.NEVER);
    }

    Page page(String uid, long after) {
        return page(uid, after, 10_000, 1 << 30);
    }

    Page page(String uid, long after, int messages, int bytes) {
        return value(done -> relay.groups.page(group, uid, after, messages, bytes, Runnable::run, done));
    }

    Page pageBefore(String uid, long before, int messages, int bytes) {
        return value(done -> relay.groups.pageBefore(group, uid, before, messages, bytes, Runnable::run, done));
    }

    static List<String> words(Page page) {
        return page.messages().stream().map(HandGroupChat::word).toList();
    }

    static String word(PlacedMessage message) {
        var envelope = Requests.placed(message).getEnvelope();
        return envelope.hasMembership() ? envelope.getMembership().getKind().name() : envelope.getText();
    }
}
