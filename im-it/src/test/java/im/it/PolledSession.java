package im.it;

import static im.testkit.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.codec.BinaryWire;
import im.protocol.codec.TcpCodec;
import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Send;
import im.testkit.client.RawClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayDeque;
import java.util.Optional;

/** A poll session, each request of which comes on a connection of its own. */
final class PolledSession {
    private final URI url;
    private final ArrayDeque<Frame> frames = new ArrayDeque<>();
    private String session = "";
    private String node = "";
    private long request;
    private long answer;

    private PolledSession(URI url) {
        this.url = url;
    }

    /** Welcomed. */
    static PolledSession begin(URI url, String token) throws IOException, InterruptedException {
        PolledSession made = new PolledSession(url);
        Frame hello = Frame.newBuilder()
                .setRef(1)
                .setHello(RawClient.hello(token, "phone"))
                .build();
        made.node = made.ask(Optional.of(hello), BodyCase.WELCOME).getWelcome().getNode();
        return made;
    }

    String node() {
        return node;
    }

    /** To ann; what became of it. */
    Code send(String text) throws IOException, InterruptedException {
        Send send = Send.newBuilder()
                .setMessageId(TestServer.messageId())
                .setConversation(Conversation.newBuilder().setPeer("ann"))
                .setText(text)
                .build();
        return ask(Optional.of(Frame.newBuilder().setRef(7).setSend(send).build()), BodyCase.SEND_RESULT)
                .getSendResult()
                .getCode();
    }

    private Frame ask(Optional<Frame> said, BodyCase kind) throws IOException, InterruptedException {
        Optional<Frame> saying = said;
        while (true) {
            post(saying);
            saying = Optional.empty();
            while (!frames.isEmpty()) {
                Frame frame = frames.remove();
                if (frame.getBodyCase() == kind) {
                    return frame;
                }
            }
        }
    }

    private void post(Optional<Frame> said) throws IOException, InterruptedException {
        HttpRequest.Builder asked = HttpRequest.newBuilder(url)
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(PATIENCE)
                .header("Content-Type", "application/x-protobuf")
                .POST(said.isPresent() ? BodyPublishers.ofByteArray(bytes(said.get())) : BodyPublishers.noBody());
        if (said.isPresent()) {
            asked.header("Im-Request", Long.toString(++request));
        }
        if (!session.isEmpty()) {
            asked.headers("Im-Session", session, "Im-Answer", Long.toString(answer));
        }
        HttpResponse<byte[]> got = HttpClient.newHttpClient().send(asked.build(), BodyHandlers.ofByteArray());
        assertThat(got.statusCode()).isIn(200, 204);
        session = got.headers().firstValue("Im-Session").orElse(session);
        answer = got.headers().firstValueAsLong("Im-Answer").orElse(answer);
        ByteBuf rest = Unpooled.wrappedBuffer(got.body());
        try {
            ByteBuf next;
            while ((next = TcpCodec.tryDecode(rest, 1 << 20)) != null) {
                frames.add(BinaryWire.TCP.parse(next));
            }
        } catch (im.protocol.codec.ProtocolException e) {
            throw new IOException(e);
        }
    }

    private static byte[] bytes(Frame frame) {
        ByteBuf bytes = BinaryWire.TCP.encode(frame, UnpooledByteBufAllocator.DEFAULT);
        try {
            return ByteBufUtil.getBytes(bytes);
        } finally {
            bytes.release();
        }
    }
}
