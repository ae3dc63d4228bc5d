package im.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.ConversationKey;
import im.protocol.MessageId;
import im.protocol.codec.EnvelopeCodec;
import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.Send;
import im.relay.AppendOutcome;
import im.relay.AppendOutcome.Accepted;
import im.relay.AppendOutcome.Refused;
import im.relay.AppendRequest;
import im.relay.MessageLog;
import im.relay.Partitions;
import im.relay.group.GroupTerms;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;

/** A log that is judged, over one whose view gets on when the test says so. */
abstract class JudgedStage {
    static final GroupTerms TERMS = new GroupTerms(true, 4, 2);

    final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    final ModelGroups groups = new ModelGroups();
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final ClusterMeters meters = new ClusterMeters(registry);
    final AtomicLong nanos = new AtomicLong();
    final Taking taking = new Taking();
    final List<MessageId> known = new ArrayList<>();
    /** Sizes of what was asked about. */
    final List<Integer> asked = new ArrayList<>();

    JudgedLog log = node();
    long ids;

    /** One that was just started. */
    JudgedLog node() {
        return new JudgedLog(
                taking,
                new GroupJudge(
                        new GroupSources(groups, groups, new Partitions(1), groups::end),
                        TERMS,
                        new FreshStandings(nanos::get),
                        new BelievedViews(nanos::get),
                        timer,
                        meters),
                this::known,
                nanos::get);
    }

    BitSet known(List<AppendRequest> batch) {
        asked.add(batch.size());
        BitSet accepted = new BitSet();
        for (int i = 0; i < batch.size(); i++) {
            accepted.set(i, known.contains(batch.get(i).messageId()));
        }
        return accepted;
    }

    /** Takes everything unless told otherwise. */
    final class Taking implements MessageLog {
        Function<AppendRequest, AppendOutcome> outcome = request -> new Accepted(1);

        @Override
        public String logId() {
            return "log";
        }

        @Override
        public void append(List<AppendRequest> batch, Executor lane, Consumer<List<AppendOutcome>> done) {
            List<AppendOutcome> outcomes = batch.stream().map(outcome).toList();
            for (int i = 0; i < batch.size(); i++) {
                if (outcomes.get(i) instanceof Accepted) {
                    groups.log.add(batch.get(i));
                }
            }
            lane.execute(() -> done.accept(outcomes));
        }

        @Override
        public @Nullable String failure() {
            return "full";
        }
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    AppendRequest request(String group, String sender, Send.Builder send) {
        MessageId id = new MessageId(0x7000, ++ids);
        Send sent = send.setMessageId(id.toString())
                .setConversation(Conversation.newBuilder().setGroup(group))
                .build();
        return new AppendRequest(
                ConversationKey.group(group),
                sender,
                id,
                EnvelopeCodec.requestHash(sent),
                1,
                EnvelopeCodec.encode(sent, sender, "phone", 1));
    }

    AppendRequest text(String group, String sender) {
        return request(group, sender, Send.newBuilder().setText("hello"));
    }

    AppendRequest change(String group, String sender, Kind kind, String... uids) {
        return change(group, sender, MembershipChange.newBuilder().setKind(kind).addAllUids(List.of(uids)));
    }

    AppendRequest change(String group, String sender, MembershipChange.Builder change) {
        return request(group, sender, Send.newBuilder().setMembership(change));
    }

    static AppendRequest later(AppendRequest request) {
        byte[] envelope;
        try {
            envelope = im.protocol.v1.Envelope.parseFrom(request.envelope()).toBuilder()
                    .setAcceptedMs(99)
                    .build()
                    .toByteArray();
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
        return new AppendRequest(
                request.conversation(), request.sender(), request.messageId(), request.requestHash(), 99, envelope);
    }

    /** What is told, as it comes. */
    List<Object> begin(AppendRequest... batch) {
        List<Object> told = Collections.synchronizedList(new ArrayList<>());
        log.append(List.of(batch), Runnable::run, outcomes -> {
            List<Object> codes = new ArrayList<>();
            for (AppendOutcome outcome : outcomes) {
                codes.add(outcome instanceof Refused refused ? refused.code() : Code.OK);
            }
            told.addAll(codes);
        });
        return told;
    }

    List<Object> say(AppendRequest... batch) {
        List<Object> told = begin(batch);
        await().until(() -> told.size() == batch.length);
        return told;
    }

    /** A group of these; the first is its owner. */
    void group(String group, String owner, String... others) {
        assertThat(say(change(group, owner, Kind.CREATED, others))).containsExactly(Code.OK);
        groups.applyAll();
        nanos.addAndGet(FreshStandings.FRESH_NANOS);
    }

    double judged(String outcome) {
        return registry.get("im.gateway.groups.judged")
                .tag("outcome", outcome)
                .counter()
                .count();
    }

    static AppendRequest byServer(AppendRequest request) {
        return new AppendRequest(
                request.conversation(),
                request.sender(),
                request.messageId(),
                request.requestHash(),
                request.acceptedMs(),
                request.envelope(),
                true);
    }
}
