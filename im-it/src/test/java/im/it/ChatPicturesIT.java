package im.it;

import static im.it.ChatWindow.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.Feature;
import im.protocol.v1.Frame;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.Send;
import im.testkit.client.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Takes the pictures of the chat page that the documentation shows, into the folder that {@code IM_PICTURES} names, from
 * the repository's root:
 *
 * <pre>{@code
 * IM_PICTURES="$PWD/docs/images" scripts/test -- -pl im-it -am -Dtest=NoSuch -Dit.test=ChatPicturesIT
 * }</pre>
 *
 * All in them happens as it does for users, but the times of day, which are put in: a morning does not fit into a second.
 * They were taken where the Debian packages fonts-inter and fonts-noto-color-emoji are installed.
 */
@EnabledIfEnvironmentVariable(named = "IM_PICTURES", matches = ".+", disabledReason = "IM_PICTURES names no folder")
class ChatPicturesIT {
    private static final int LARGEST = 200 * 1024;

    @RegisterExtension
    static final ChatStage STAGE = new ChatStage(spec -> spec);

    private static final String GROUP = "lake-saturday";

    /** A member's page shows what was read by all. */
    private static final List<String> MEMBERS = List.of("jonas", "priya", "sam", "noor");

    private record Line(int daysAgo, String time, String from, String to, String text) {
        boolean inGroup() {
            return to.equals(GROUP);
        }
    }

    private static final List<Line> LINES = List.of(
            new Line(4, "18:20", "mia", "mia", "Book for Emil: the one about bridges"),
            new Line(3, "11:02", "oskar", "mia", "Happy birthday!! 🎂"),
            new Line(1, "17:45", "emil", "mia", "The keys are with the neighbour"),
            new Line(1, "19:24", "mia", "jonas", "Did you find all the tent pegs?"),
            new Line(1, "19:31", "jonas", "mia", "All but one. It must be in the garden since last summer."),
            new Line(1, "22:10", "mia", "noor", "Thank you, that was a lovely evening"),
            new Line(0, "08:40", "lena", "mia", "Can you look at the draft before noon?"),
            new Line(0, "08:52", "jonas", "mia", "Morning! Still on for the lake on Saturday?"),
            new Line(0, "08:53", "jonas", "mia", "Sun until four, they say, and then a bit of wind."),
            new Line(0, "08:57", "mia", "jonas", "Yes! And I want to be there before everyone else 🌅"),
            new Line(0, "08:58", "mia", "jonas", "Is the 8:12 train too early for you?"),
            new Line(0, "09:01", "jonas", "mia", "Not if there is coffee at the station."),
            new Line(0, "09:02", "mia", "jonas", "There is. I'll bring the thermos too, just in case."),
            new Line(0, "09:05", "mia", GROUP, "CREATED"),
            new Line(0, "09:06", "mia", GROUP, "Who brings what? I have the tent, and the thermos."),
            new Line(0, "09:08", "jonas", GROUP, "Two boards, and a spare life vest for whoever wants one."),
            new Line(0, "09:09", "priya", GROUP, "The tickets! 8:12 from the main station 🚆"),
            new Line(0, "09:09", "priya", GROUP, "Back at six, or an hour later."),
            new Line(0, "09:12", "mia", GROUP, "ADDED"),
            new Line(0, "09:13", "mia", GROUP, "Noor comes along, if nobody minds?"),
            new Line(0, "09:14", "sam", GROUP, "The more the merrier"),
            new Line(0, "09:15", "mia", "sam", "On my way, ten minutes"),
            new Line(0, "09:17", "noor", GROUP, "Thank you! I can bake on Friday. Cherry or plum? 🍒"),
            new Line(0, "09:18", "jonas", GROUP, "Cherry. There is no question."),
            new Line(0, "09:20", "priya", "mia", "I'm in for Saturday!"),
            new Line(0, "09:22", "priya", "mia", "Tickets are in the folder"),
            new Line(
                    0,
                    "09:36",
                    "jonas",
                    "mia",
                    "Perfect. I have two boards and a spare life vest, so Priya can come along without renting anything."),
            new Line(0, "09:38", "jonas", "mia", "And a table at the boathouse, for seven."),
            new Line(0, "09:41", "mia", "jonas", "Great. See you on the platform! 🚆"));

    @Test
    void ofAChatAndOfAGroupThatGoOn() throws IOException {
        sayAll();
        Map<String, ChatWindow> members = new HashMap<>();
        for (String member : MEMBERS) {
            ChatWindow window = signedIn(member);
            window.openFromList("g/" + GROUP, "Lake on Saturday");
            window.hasUnread("g/" + GROUP, 0);
            members.put(member, window);
        }
        ChatWindow jonas = Objects.requireNonNull(members.get("jonas"));
        jonas.openFromList("mia");

        ChatWindow mia = signedIn("mia");
        for (String read : List.of("oskar", "emil", "jonas")) {
            mia.openFromList(read);
            mia.hasUnread(read, 0);
        }
        jonas.write("I will have ");
        mia.shows(".message.typing", "");

        take(mia, "light", "chat-wide.png");
        mia.page.viewport(390, 844, true);
        jonas.write("the window seat");
        mia.page.evaluate("document.querySelector('#log').scrollTop = 1e6");
        take(mia, "dark", "chat-phone.png");

        mia.page.viewport(1280, 800, false);
        mia.openFromList("g/" + GROUP, "Lake on Saturday");
        mia.hasTicks("read", "read");
        take(mia, "light", "group-wide.png");
        ChatWindow priya = Objects.requireNonNull(members.get("priya"));
        priya.page.viewport(390, 844, true);
        priya.hasTicks("read", "read");
        priya.page.evaluate("document.querySelector('#log').scrollTop = 1e6");
        take(priya, "dark", "group-phone.png");
    }

    private static ChatWindow signedIn(String uid) {
        ChatWindow window = STAGE.window(uid);
        window.page.navigate(STAGE.server().http() + "/");
        window.shows("h1", "IM chat");
        window.page.evaluate(putInTimes());
        window.page.type("#login-uid", uid);
        window.page.pressEnter();
        window.isOnline();
        return window;
    }

    private static void sayAll() throws IOException {
        Map<String, RawClient> clients = new HashMap<>();
        try {
            for (Line line : LINES) {
                if (!clients.containsKey(line.from)) {
                    String token = STAGE.server().tokens().of(line.from);
                    RawClient client = RawClient.connect(STAGE.server().tcp());
                    client.handshake(RawClient.hello(token, "phone")
                            .addFeatures(Feature.GROUPS)
                            .build());
                    clients.put(line.from, client);
                }
                RawClient client = clients.get(line.from);
                assertThat(client.sendAndAwait(frame(client, line)).getCode()).isEqualTo(Code.OK);
            }
        } finally {
            for (RawClient client : clients.values()) {
                client.close();
            }
        }
    }

    private static Frame frame(RawClient client, Line line) {
        Frame.Builder frame = client.text(TestServer.messageId(), line.to, line.text).toBuilder();
        Send.Builder send = frame.getSendBuilder();
        if (line.inGroup()) {
            send.setConversation(Conversation.newBuilder().setGroup(GROUP));
        }
        if (line.text.equals("CREATED")) {
            send.setContentType("")
                    .setMembership(MembershipChange.newBuilder()
                            .setKind(MembershipChange.Kind.CREATED)
                            .setTitle("Lake on Saturday")
                            .addAllUids(MEMBERS.subList(0, 3)));
        } else if (line.text.equals("ADDED")) {
            send.setContentType("")
                    .setMembership(MembershipChange.newBuilder()
                            .setKind(MembershipChange.Kind.ADDED)
                            .addUids("noor"));
        }
        return frame.build();
    }

    /** A script after which each message reads as if it were accepted at its line's time. */
    private static String putInTimes() {
        String times = LINES.stream()
                .map(line -> "\"%s\": [%d, '%s']".formatted(line.text, line.daysAgo, line.time))
                .collect(Collectors.joining(", ", "{", "}"));
        return "times = %s, read = JSON.parse, JSON.parse = text => read(text, (key, value) => {".formatted(times)
                + " const time = key === 'envelope' && times[value.text || value.membership?.kind];"
                + " if (!time) return value;"
                + " const at = new Date(); at.setDate(at.getDate() - time[0]); at.setHours(...time[1].split(':'));"
                + " return { ...value, acceptedMs: String(at.getTime()) }; }), 0";
    }

    private static void take(ChatWindow window, String scheme, String name) throws IOException {
        window.page.colorScheme(scheme);
        eventually(() -> assertThat(
                        window.number("matchMedia('(prefers-color-scheme: %s)').matches ? 1 : 0".formatted(scheme)))
                .isOne());
        Path file = Path.of(System.getenv("IM_PICTURES")).resolve(name);
        window.page.screenshot(file);
        assertThat(Files.size(file)).isLessThan(LARGEST);
    }
}
