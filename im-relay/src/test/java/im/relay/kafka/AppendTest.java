package im.relay.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import im.protocol.ConversationKey;
import im.protocol.Limits;
import im.protocol.MessageId;
import im.protocol.codec.EnvelopeCodec;
import im.protocol.v1.LogRecord;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.Send;
import im.relay.AppendRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AppendTest {
    private long ids;

    private AppendRequest change(int uids) {
        return request(Send.newBuilder()
                .setMembership(MembershipChange.newBuilder()
                        .setKind(Kind.ADDED)
                        .addAllUids(
                                IntStream.range(0, uids).mapToObj(i -> "u" + i).toList())));
    }

    private AppendRequest request(Send.Builder body) {
        MessageId id = new MessageId(0x7000, ++ids);
        Send send = body.setMessageId(id.toString()).build();
        return new AppendRequest(
                ConversationKey.group("g"),
                "a",
                id,
                EnvelopeCodec.requestHash(send),
                1,
                EnvelopeCodec.encode(send, "a", "d", 1));
    }

    private static List<Integer> sizes(AppendRequest... batch) throws InvalidProtocolBufferException {
        Append append = new Append(List.of(batch), Runnable::run, told -> {}, 0, 0);
        List<Integer> sizes = new ArrayList<>();
        while (append.hasMore()) {
            sizes.add(LogRecord.parseFrom(append.next()).getEntriesCount());
        }
        return sizes;
    }

    /** A view takes a record as a whole, and must not be held up by one. */
    @Test
    void aRecordChangesNoMoreMembersThanOneMessageCan() throws Exception {
        int most = Limits.MEMBERSHIP_UIDS;
        AppendRequest text = request(Send.newBuilder().setText("a message"));

        assertThat(sizes(change(most), text, change(1))).containsExactly(2, 1);
        assertThat(sizes(change(most - 1), change(1), text)).containsExactly(3);
        assertThat(sizes(change(most - 1), change(2), text)).containsExactly(1, 2);
        assertThat(sizes(change(most), change(most))).containsExactly(1, 1);
        assertThat(sizes(text, text, text)).containsExactly(3);
    }
}
