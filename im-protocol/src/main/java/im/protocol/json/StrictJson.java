package im.protocol.json;

import im.protocol.Limits;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/** What Jackson takes for JSON: RFC 8259 to the letter, within bounds. */
final class StrictJson {
    /** Of a name or a number; the schema's longest name has 16 characters, a 64-bit number 20. */
    static final int MAX_WORD = 128;

    /** Names are neither interned nor kept: peers choose them. */
    static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(Limits.NESTING)
                    .maxNameLength(MAX_WORD)
                    .maxNumberLength(MAX_WORD)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
            .build();

    private StrictJson() {}
}
