package im.gateway.ingress;

import com.google.protobuf.ByteString;
import im.gateway.intercept.IncomingMessage;
import im.gateway.intercept.MessageContent;
import im.gateway.intercept.MessageContent.Data;
import im.gateway.intercept.MessageContent.Text;
import im.gateway.intercept.Verdict;
import im.protocol.Limits;
import im.protocol.codec.EnvelopeCodec;
import im.protocol.v1.Send;
import im.relay.AppendRequest;
import org.jspecify.annotations.Nullable;

/** Between a Send and what judges it. No state. */
final class Judgement {
    private Judgement() {}

    static IncomingMessage of(AppendRequest request, Send send, String device) {
        MessageContent content = send.hasData() ? new Data(send.getData().toByteArray()) : new Text(send.getText());
        return new IncomingMessage(
                request.conversation(), request.sender(), device, request.messageId(), send.getContentType(), content);
    }

    /**
     * The request with another content, and the hash of what the client sent (D11); null when such a content cannot be
     * sent.
     */
    static @Nullable AppendRequest rewritten(AppendRequest request, Send send, String device, Verdict.Rewrite rewrite) {
        Send.Builder changed = send.toBuilder().setContentType(rewrite.contentType());
        if (rewrite.content() instanceof Text text) {
            changed.setText(text.text());
        } else if (rewrite.content() instanceof Data data) {
            changed.setData(ByteString.copyFrom(data.data()));
        }
        Send other = changed.build();
        if (SendCheck.body(other, Limits.PAYLOAD_BYTES) != null) {
            return null;
        }
        return new AppendRequest(
                request.conversation(),
                request.sender(),
                request.messageId(),
                request.requestHash(),
                request.acceptedMs(),
                EnvelopeCodec.encode(other, request.sender(), device, request.acceptedMs()));
    }
}
