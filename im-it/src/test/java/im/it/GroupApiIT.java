package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import im.it.ApiCalls.Answer;
import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.Envelope;
import im.protocol.v1.Feature;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.Ping;
import im.protocol.v1.Placed;
import im.protocol.v1.Send;
import im.testkit.client.RawClient;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Groups over the server API, on a server where nobody else may create one. */
@Tag(TestServer.CONFORMANCE)
class GroupApiIT {
    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm(spec -> TestServer.withApi(spec)
            .set("groups.create", "server")
            .set("groups.max-members", Integer.toString(TestServer.MAX_MEMBERS)));

    private final ApiCalls api = new ApiCalls(SERVER.deployment().api(), ApiCalls.ALL);
    private final OpenApiFile file = new OpenApiFile(
            new ApiCalls(SERVER.deployment().api(), "").get("/openapi.json").json());
    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");
    private final String group = TestServer.uid("group");
    private final ArrayDeque<Placed> delivered = new ArrayDeque<>();

    private Answer call(ApiCalls with, String operation, String path, String body) {
        Answer answer = settled(with, operation.substring(0, operation.indexOf(' ')), path, body);
        assertThat(file.faults(file.answer(operation, answer.status()), answer.json()))
                .as("%s: %s", operation, answer.json())
                .isEmpty();
        if (!body.isEmpty() && answer.status() / 100 == 2) {
            assertThat(file.faults(file.request(operation), JsonMapper.shared().readTree(body)))
                    .isEmpty();
        }
        return answer;
    }

    /** The same message again, while a relay lags and the cluster does not know yet what the group is. */
    private static Answer settled(ApiCalls with, String method, String path, String body) {
        return Settled.of(() -> with.call(method, path, body), GroupApiIT::isUnavailable);
    }

    private static boolean isUnavailable(Answer answer) {
        String ofOne = answer.json().path("results").path(0).path("code").asString("");
        return answer.code().equals("UNAVAILABLE") || ofOne.equals("UNAVAILABLE");
    }

    private Answer create(ApiCalls with, String group, String owner, List<String> uids) {
        String named = uids.isEmpty() ? "" : ",\"uids\":" + quoted(uids);
        return call(
                with,
                "POST /v1/groups",
                "/v1/groups",
                "{\"message_id\":\"" + TestServer.messageId() + "\",\"group\":\"" + group + "\",\"owner\":\"" + owner
                        + "\",\"title\":\"Ünïcode\"" + named + "}");
    }

    private static String quoted(List<String> uids) {
        return uids.stream().map(uid -> "\"" + uid + "\"").collect(Collectors.joining(",", "[", "]"));
    }

    /** @param rest of the body, with its leading comma */
    private Answer change(String kind, String rest) {
        return call(
                api,
                "POST /v1/groups/{group}/changes",
                "/v1/groups/" + group + "/changes",
                "{\"message_id\":\"" + TestServer.messageId() + "\",\"kind\":\"" + kind + "\"" + rest + "}");
    }

    private Answer find() {
        return call(api, "GET /v1/groups/{group}", "/v1/groups/" + group, "");
    }

    private List<String> members() {
        List<String> all = new ArrayList<>();
        JsonNode page;
        do {
            String after =
                    all.isEmpty() ? "" : "&after=" + all.get(all.size() - 1).split(" ")[0];
            page = call(api, "GET /v1/groups/{group}/members", "/v1/groups/" + group + "/members?limit=2" + after, "")
                    .json();
            page.get("members")
                    .valueStream()
                    .map(member -> member.get("uid").asString() + " "
                            + member.get("role").asString())
                    .forEach(all::add);
        } while (page.get("more").asBoolean());
        return all;
    }

    private Answer send(ApiCalls with, String from, String text) {
        String sender = from.isEmpty() ? "" : "\"from\":\"" + from + "\",";
        return settled(
                with,
                "POST",
                "/v1/messages",
                "{\"messages\":[{\"message_id\":\"" + TestServer.messageId() + "\"," + sender + "\"group\":\"" + group
                        + "\",\"text\":\"" + text + "\"}]}");
    }

    private static String code(Answer answer) {
        return answer.json().get("results").get(0).get("code").asString();
    }

    private RawClient member(String uid) throws IOException {
        return SERVER.welcomed(
                Transport.TCP,
                RawClient.hello(SERVER.token(uid), "phone")
                        .addFeatures(Feature.GROUPS)
                        .build());
    }

    /** The client stays alive however long the calls in between take. */
    private Envelope next(RawClient client) throws IOException {
        client.send(Frame.newBuilder().setPing(Ping.getDefaultInstance()).build());
        while (delivered.isEmpty()) {
            client.await(BodyCase.DELIVER).getDeliver().getPlacedList().forEach(delivered::add);
        }
        return delivered.remove().getEnvelope();
    }

    @Test
    void aGroupLivesByTheServersWordAndItsMembersSeeEachChange() throws IOException {
        RawClient phone = member(bob);
        assertThat(create(api, group, ann, List.of(bob)).status()).isEqualTo(200);
        assertThat(next(phone).getMembership().getKind()).isEqualTo(Kind.CREATED);
        await().until(() -> find().status() == 200);
        assertThat(find().json().get("title").asString()).isEqualTo("Ünïcode");
        assertThat(find().json().get("joining").asString()).isEqualTo("invited");

        assertThat(code(send(api, "", "of the system"))).isEqualTo("OK");
        Envelope notice = next(phone);
        assertThat(notice.getText()).isEqualTo("of the system");
        assertThat(notice.getSender()).isEqualTo("system");
        assertThat(code(send(api, ann, "of a member"))).isEqualTo("OK");
        assertThat(next(phone).getSender()).isEqualTo(ann);

        String carl = TestServer.uid("carl");
        assertThat(change("added", ",\"uids\":[\"" + carl + "\"]").status()).isEqualTo(200);
        assertThat(next(phone).getMembership().getUidsList()).containsExactly(carl);
        assertThat(change("role_changed", ",\"role\":\"admin\",\"uids\":[\"" + bob + "\"]")
                        .status())
                .isEqualTo(200);
        assertThat(next(phone).getMembership().getKind()).isEqualTo(Kind.ROLE_CHANGED);
        await().untilAsserted(
                        () -> assertThat(members()).containsExactly(ann + " owner", bob + " admin", carl + " member"));
        String path = "/v1/users/" + bob + "/groups";
        assertThat(call(api, "GET /v1/users/{uid}/groups", path, "").json().get("groups"))
                .hasSize(1)
                .allSatisfy(each -> assertThat(each.get("role").asString()).isEqualTo("admin"));

        assertThat(change("removed", ",\"uids\":[\"" + carl + "\"]").status()).isEqualTo(200);
        assertThat(next(phone).getMembership().getKind()).isEqualTo(Kind.REMOVED);
        assertThat(change("settings_changed", ",\"posting\":\"admins\"").status())
                .isEqualTo(200);
        assertThat(next(phone).getMembership().getKind()).isEqualTo(Kind.SETTINGS_CHANGED);
        assertThat(change("dissolved", "").status()).isEqualTo(200);
        assertThat(next(phone).getMembership().getKind()).isEqualTo(Kind.DISSOLVED);
        await().until(() -> find().status() == 404);
        assertThat(code(send(api, "", "too late"))).isEqualTo("NOT_FOUND");
        phone.close();
    }

    @Test
    void whoeverIsNamedAsSenderMustBeAllowedTo() {
        create(api, group, ann, List.of(bob));

        await().untilAsserted(() -> assertThat(code(send(api, bob, "a member"))).isEqualTo("OK"));
        assertThat(code(send(api, TestServer.uid("x"), "a stranger"))).isEqualTo("FORBIDDEN");
        assertThat(change("added", ",\"from\":\"" + bob + "\",\"uids\":[\"" + TestServer.uid("y") + "\"]")
                        .code())
                .isEqualTo("FORBIDDEN");
        assertThat(change("removed", ",\"uids\":[\"" + ann + "\"]").code()).isEqualTo("FORBIDDEN");
    }

    @Test
    void aRepeatOfARequestIsTheSameChange() {
        String body = "{\"message_id\":\"" + TestServer.messageId() + "\",\"group\":\"" + group + "\",\"owner\":\""
                + ann + "\"}";

        assertThat(call(api, "POST /v1/groups", "/v1/groups", body).status()).isEqualTo(200);
        assertThat(call(api, "POST /v1/groups", "/v1/groups", body).status()).isEqualTo(200);
        await().until(() -> find().status() == 200);
        assertThat(create(api, group, bob, List.of()).code()).isEqualTo("CONFLICT");
        assertThat(members()).containsExactly(ann + " owner");
    }

    @Test
    void aGroupAtItsLimitTakesNobodyMore() {
        List<String> others = IntStream.range(1, TestServer.MAX_MEMBERS)
                .mapToObj(i -> TestServer.uid("m"))
                .toList();
        assertThat(create(api, group, ann, others).status()).isEqualTo(200);
        await().until(() -> find().json().path("members").asInt() == TestServer.MAX_MEMBERS);

        assertThat(change("added", ",\"uids\":[\"" + bob + "\"]").code()).isEqualTo("TOO_LARGE");
        change("removed", ",\"uids\":" + quoted(others.subList(0, 1)));
        assertThat(change("added", ",\"uids\":[\"" + bob + "\"]").status()).isEqualTo(200);
        List<String> many = new ArrayList<>(others);
        many.add(bob);
        assertThat(create(api, TestServer.uid("group"), ann, many).code()).isEqualTo("TOO_LARGE");
    }

    @Test
    void whereOnlyTheServerCreatesGroupsAClientIsRefused() throws IOException {
        assumeFalse(SERVER.isCluster(), "there anybody may");
        try (RawClient client = member(ann)) {
            Send creation = Send.newBuilder()
                    .setMessageId(TestServer.messageId())
                    .setConversation(Conversation.newBuilder().setGroup(group))
                    .setMembership(MembershipChange.newBuilder().setKind(Kind.CREATED))
                    .build();

            client.send(Frame.newBuilder().setRef(7).setSend(creation).build());

            assertThat(client.await(BodyCase.SEND_RESULT).getSendResult().getCode())
                    .isEqualTo(Code.FORBIDDEN);
        }
    }

    @Test
    void aKeyOfSomeGroupsHasNothingToDoWithOthers() {
        ApiCalls shop = new ApiCalls(SERVER.deployment().api(), ApiCalls.SHOP);
        String own = TestServer.uid(ApiCalls.SHOP_GROUPS + "team");
        assertThat(create(shop, own, ann, List.of()).status()).isEqualTo(200);
        assertThat(create(shop, group, ann, List.of()).code()).isEqualTo("FORBIDDEN");
        create(api, group, ann, List.of());
        await().until(() -> find().status() == 200);

        for (String path : List.of("/v1/groups/" + group, "/v1/groups/" + group + "/members", "/v1/groups/none")) {
            assertThat(shop.get(path).code()).isEqualTo("FORBIDDEN");
        }
        String dissolved = "{\"message_id\":\"" + TestServer.messageId() + "\",\"kind\":\"dissolved\"}";
        assertThat(shop.post("/v1/groups/" + group + "/changes", dissolved).code())
                .isEqualTo("FORBIDDEN");
        assertThat(code(send(shop, "", "from next door"))).isEqualTo("FORBIDDEN");
        await().untilAsserted(() -> assertThat(
                        shop.get("/v1/users/" + ann + "/groups").json().get("groups"))
                .hasSize(1)
                .allSatisfy(each -> assertThat(each.get("group").asString()).isEqualTo(own)));
        assertThat(new ApiCalls(SERVER.deployment().api(), ApiCalls.SENDER)
                        .get("/v1/groups/" + group)
                        .code())
                .isEqualTo("FORBIDDEN");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST|/v1/groups|{\"group\":\"g\",\"owner\":\"a\"}|400|MALFORMED",
                "POST|/v1/groups|{\"message_id\":\"ID\",\"group\":\"a b\",\"owner\":\"a\"}|400|MALFORMED",
                "POST|/v1/groups|{\"message_id\":\"ID\",\"group\":\"g\"}|400|MALFORMED",
                "POST|/v1/groups|{\"message_id\":\"ID\",\"group\":\"g\",\"owner\":\"a\",\"posting\":\"x\"}|400|MALFORMED",
                "POST|/v1/groups/none/changes|{\"message_id\":\"ID\",\"kind\":\"joined\"}|400|MALFORMED",
                "POST|/v1/groups/none/changes|{\"message_id\":\"ID\",\"kind\":\"added\"}|400|MALFORMED",
                "POST|/v1/groups/none/changes|{\"message_id\":\"ID\",\"kind\":\"dissolved\",\"title\":\"x\"}|400|MALFORMED",
                "POST|/v1/groups/none/changes|{\"message_id\":\"ID\",\"kind\":\"dissolved\"}|404|NOT_FOUND",
                "GET|/v1/groups/a%20b||400|MALFORMED",
                "GET|/v1/groups/none||404|NOT_FOUND",
                "GET|/v1/groups/none/members||404|NOT_FOUND",
                "GET|/v1/groups/none/members?limit=1001||400|MALFORMED",
                "GET|/v1/groups/none/members?limit=0||400|MALFORMED",
                "GET|/v1/groups/none/members?after=a%20b||400|MALFORMED",
            })
    void whatIsNoRequestGetsACodeAndNoMore(String method, String path, String body, int status, String code) {
        Answer answer = settled(api, method, path, body == null ? "" : body.replace("ID", TestServer.messageId()));

        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.status()).isEqualTo(status);
    }

    @Test
    void aChangeNamesUpToFiveHundredUids() {
        create(api, group, ann, List.of());
        List<String> many = IntStream.range(0, 501).mapToObj(i -> "u" + i).toList();

        assertThat(change("added", ",\"uids\":" + quoted(many)).code()).isEqualTo("TOO_LARGE");
        assertThat(change("removed", ",\"uids\":" + quoted(many.subList(0, 500)))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void nothingTransientGoesIntoAGroup() {
        create(api, group, ann, List.of());

        assertThat(code(api.post(
                        "/v1/messages",
                        "{\"messages\":[{\"message_id\":\"" + TestServer.messageId() + "\",\"group\":\"" + group
                                + "\",\"transient\":true,\"text\":\"x\"}]}")))
                .isEqualTo("UNSUPPORTED");
    }
}
