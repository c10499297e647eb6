"""The stage `daily` (Spark, structured streaming): how many flights of a day and an airport were later than usual.

Its counts live in Spark's own checkpoint. Each batch writes those that have changed, keyed by day and airport, so the
last record of a key holds. A batch that is run again writes the same counts again, which changes nothing. There is no
watermark: whatever comes late is counted.
"""

import fusion_stage
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

ALERT = "date string, origin string"


def counts(alerts: DataFrame) -> DataFrame:
    return alerts.groupBy("date", "origin").agg(F.count("*").alias("alerts"), F.max("timestamp").alias("newest"))


def main() -> None:
    stage = fusion_stage.read()
    spark = SparkSession.builder.appName(stage.get("stage")).getOrCreate()
    stage.report_progress(spark)
    records = spark.readStream.format("kafka").options(**stage.reader(stage.input("alerts-in"))).load()
    alerts = records.select(F.from_json(F.col("value").cast("string"), ALERT).alias("alert"), "timestamp").select("alert.*", "timestamp")
    upserts = fusion_stage.stamped(
        counts(alerts),
        key=F.concat_ws("|", "date", "origin"),
        value=F.to_json(F.struct("date", "origin", "alerts")),
        id=fusion_stage.id_of("date", "origin", "alerts"),
        event_time=F.col("newest"),
    )
    query = (
        upserts.writeStream.format("kafka")
        .options(**stage.writer(stage.output("daily-counts")))
        .option("checkpointLocation", stage.checkpoint)
        .outputMode("update")
        .trigger(processingTime="5 seconds")
        .start()
    )
    query.awaitTermination()


if __name__ == "__main__":
    main()
