package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.client.Conversation;
import im.client.ErrorCode;
import im.client.ImClient;
import im.client.ImClientResources;
import im.client.NewDeviceStart;
import im.client.OutgoingMessage;
import im.client.ReceivedMessage;
import im.client.SendOutcome;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/** One device of one uid that takes part in groups, and what its listener was given, in order. */
final class GroupMember {

    final String uid;
    final ImClient client;
    final List<ReceivedMessage> seen = Collections.synchronizedList(new ArrayList<>());

    GroupMember(String uid, URI url, String token, ImClientResources resources) {
        this(uid, "phone", List.of(url), token, resources);
    }

    GroupMember(String uid, String device, List<URI> endpoints, String token, ImClientResources resources) {
        this.uid = uid;
        this.client = ImClient.builder()
                .endpoints(endpoints)
                .token(token)
                .device(device)
                .newDeviceStart(NewDeviceStart.FIRST_HELD)
                .resources(resources)
                .reconnectBackoff(Duration.ofMillis(20), Duration.ofMillis(200))
                .groups()
                .messageListener(seen::add)
                .build();
    }

    GroupMember connected() {
        client.connect().toCompletableFuture().join();
        return this;
    }

    SendOutcome say(String group, String text) {
        return client.send(OutgoingMessage.text(Conversation.group(group), text))
                .join();
    }

    List<ReceivedMessage> in(String group) {
        synchronized (seen) {
            return seen.stream()
                    .filter(one -> one.conversation().equals(Conversation.group(group)))
                    .toList();
        }
    }

    /** The texts of a group, and the kinds of its changes. */
    List<String> words(String group) {
        return in(group).stream()
                .map(one -> one.membership() == null
                        ? one.text()
                        : one.membership().kind().name())
                .collect(Collectors.toList());
    }

    void sees(String group, String... words) {
        await().untilAsserted(() -> assertThat(words(group)).containsExactly(words));
    }

    static void accepted(SendOutcome outcome) {
        assertThat(outcome).isInstanceOf(SendOutcome.Accepted.class);
    }

    static void accepted(CompletableFuture<SendOutcome> outcome) {
        accepted(outcome.join());
    }

    static void rejected(SendOutcome outcome, ErrorCode code) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        SendOutcome.Rejected.class,
                        rejected -> assertThat(rejected.code()).isEqualTo(code));
    }
}
