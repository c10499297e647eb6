"""The stage `profile` (Spark, batch): how late flights of a route arrive that leave in a certain hour.

A profile is exact: counts and minutes are integers, and the 80th percentile is one of the delays (nearest rank).
"""

import fusion_stage
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

FLIGHT = "id long, date string, hour int, carrier string, flight int, origin string, dest string, delay int, time long"


def profiles(flights: DataFrame) -> DataFrame:
    delays = F.sort_array(F.collect_list("delay"))
    nearest_rank = F.expr("int((count(delay) * 80 + 99) div 100)")
    return (
        flights.where("delay is not null")
        .groupBy("origin", "dest", "hour")
        .agg(
            F.count("delay").alias("flights"),
            F.sum("delay").alias("sum"),
            F.element_at(delays, nearest_rank).alias("p80"),
            F.max("time").alias("newest"),
        )
        .withColumn("route", F.concat_ws("-", "origin", "dest"))
    )


def main() -> None:
    stage = fusion_stage.read()
    spark = SparkSession.builder.appName(stage.get("stage")).getOrCreate()
    records = spark.read.format("kafka").options(**stage.reader(stage.input("flights-history"))).load()
    flights = records.select(F.from_json(F.col("value").cast("string"), FLIGHT).alias("flight")).select("flight.*")
    fusion_stage.stamped(
        profiles(flights),
        key=F.col("route"),
        value=F.to_json(F.struct("origin", "dest", "hour", "flights", "sum", "p80")),
        # Computed once more from the same flights it is the same profile; with a newer flight in it, another one.
        id=fusion_stage.id_of("route", "hour", "newest"),
        event_time=F.timestamp_millis("newest"),
    ).write.format("kafka").options(**stage.writer(stage.output("profiles"))).save()
    spark.stop()


if __name__ == "__main__":
    main()
