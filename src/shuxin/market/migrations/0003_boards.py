from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("market", "0002_version_read"),
    ]

    operations = [
        migrations.CreateModel(
            name="BoardRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("indicator", models.CharField(max_length=40)),
                ("calibre", models.CharField(max_length=60)),
                ("before", models.DateField()),
                ("cells", models.JSONField()),
                ("counted", models.BinaryField()),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("indicator", "before"), name="market_board_once")
                ],
            },
        ),
    ]
