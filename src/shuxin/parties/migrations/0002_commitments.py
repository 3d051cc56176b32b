from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="actrow",
            name="salt",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="NotedRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("commitment", models.CharField(max_length=64, unique=True)),
                ("by", models.CharField(max_length=160)),
                ("at", models.DateTimeField()),
                ("salt", models.CharField(max_length=64)),
            ],
            options={"db_table": "parties_noted"},
        ),
    ]
