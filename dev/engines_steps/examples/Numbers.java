import org.apache.flink.api.java.utils.ParameterTool;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.DiscardingSink;

/**
 * Counts: a Flink job for tests, without any other system.
 *
 * <p>Arguments: --count N (endless if it is missing), --pause MILLISECONDS between numbers, --fail-at N.
 */
public class Numbers {
  public static void main(String[] arguments) throws Exception {
    ParameterTool options = ParameterTool.fromArgs(arguments);
    long count = options.getLong("count", Long.MAX_VALUE);
    long pause = options.getLong("pause", 10);
    long failAt = options.getLong("fail-at", -1);
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.getExecutionEnvironment();
    environment
        .fromSequence(0, count - 1)
        .uid("numbers")
        .map(
            number -> {
              Thread.sleep(pause);
              if (failAt >= 0 && number >= failAt) {
                throw new IllegalStateException("number " + number + " is one too many");
              }
              return number;
            })
        .returns(Long.class)
        .uid("pause")
        .addSink(new DiscardingSink<>())
        .uid("sink");
    environment.execute("numbers");
  }
}
